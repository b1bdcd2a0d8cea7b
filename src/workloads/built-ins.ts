/** The workloads that come with sweepgen, by name. */
import { binaryTrees } from './binary-trees.ts';
import { cache } from './cache.ts';
import { churn } from './churn.ts';
import { collect } from './collect.ts';
import { list } from './graphs/list.ts';
import { mixed } from './graphs/mixed.ts';
import { rand } from './graphs/rand.ts';
import { tree } from './graphs/tree.ts';
import { values } from './values.ts';
import { wide } from './graphs/wide.ts';
import { links } from './links.ts';
import { pipeline } from './pipeline.ts';
import { sequence } from './sequence.ts';
import { sites } from './sites.ts';
import { strings } from './strings.ts';
import type { Workload } from './workload.ts';

/** In the order of `--help`: graphs, benchmarks, tests of the collector. */
export const BUILT_INS: readonly Workload[] = [
  tree, list, rand, wide, mixed, collect,
  churn, binaryTrees, sequence,
  strings, cache, links, pipeline, values, sites,
];

/** The built-in workload `name`, if there is one. */
export function builtIn(name: string): Workload | undefined {
  return BUILT_INS.find((workload) => workload.name === name);
}
