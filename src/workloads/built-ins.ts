/**
 * The registry of built-in workloads. `run` and `stress` run each one listed here; help and completion
 * list it. Graphs have a registry of their own, graphs/catalog.ts, and are workloads as well.
 */
import { binaryTrees } from './binary-trees.ts';
import { cache } from './cache.ts';
import { churn } from './churn.ts';
import { collect } from './collect.ts';
import { GRAPHS } from './graphs/catalog.ts';
import { values } from './values.ts';
import { links } from './links.ts';
import { pipeline } from './pipeline.ts';
import { sequence } from './sequence.ts';
import { sites } from './sites.ts';
import { strings } from './strings.ts';
import type { Workload } from './workload.ts';

/** In the order of help texts: graphs, benchmarks, tests of the collector. */
export const BUILT_INS: readonly Workload[] = [
  ...GRAPHS, collect,
  churn, binaryTrees, sequence,
  strings, cache, links, pipeline, values, sites,
];

/** Finds the built-in workload `name`, if there is one. */
export function builtIn(name: string): Workload | undefined {
  return BUILT_INS.find((workload) => workload.name === name);
}
