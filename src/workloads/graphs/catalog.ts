/**
 * The registry of synthetic graphs. Each one listed here is a workload of its name for `run` and a
 * heap of its name for `scale`, `scale --model` and the benchmarks; help and completion list it.
 */
import type { GraphWorkload } from './graph.ts';
import { list } from './list.ts';
import { mixed } from './mixed.ts';
import { rand } from './rand.ts';
import { tree } from './tree.ts';
import { wide } from './wide.ts';

/** In the order of help texts and reports. */
export const GRAPHS: readonly GraphWorkload[] = [tree, list, rand, wide, mixed];

export const GRAPH_NAMES: readonly string[] = GRAPHS.map(({ name }) => name);

/** Finds the graph `name`, if there is one. */
export function graphNamed(name: string): GraphWorkload | undefined {
  return GRAPHS.find((graph) => graph.name === name);
}
