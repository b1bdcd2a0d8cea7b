/**
 * Mark time of each graph by both policies with one and two threads, and of the sweep that
 * follows. Every sample is what the machine itself logged of a collection; the counts of threads
 * take turns in one process, so that whatever drifts meanwhile is the same for both.
 */
import { startRuntime } from '../src/index.ts';
import type { Cycle } from '../src/index.ts';
import { GRAPH_NAMES } from '../src/workloads/graphs/catalog.ts';
import { collectArgs } from '../src/workloads/collect.ts';
import { nameOf, type Graph } from './heap-graph.ts';
import type { Row, Suite } from './suite.ts';

export const THREADS = [1, 2];
export type Policy = 'go1.3' | 'tuned';
export const POLICIES: readonly Policy[] = ['go1.3', 'tuned'];
const RUNS = 15;
/** Collections with each number of threads that warm up V8. */
const WARM_UP = 8;

export const markSuite: Suite = {
  name: 'mark',
  summary: 'mark time of each graph, both policies, 1 and 2 threads; and eager sweep',
  async *measure(heaps = []) {
    for (const graph of [...GRAPH_NAMES, ...heaps]) {
      for (const policy of POLICIES) yield* rowsOf(nameOf(graph), policy, await collect(graph, policy, RUNS));
    }
  },
};

function* rowsOf(graph: string, policy: Policy, cycles: readonly Cycle[]): Iterable<Row> {
  for (const threads of THREADS) {
    const measured = cycles.filter(({ nproc }) => nproc === threads);
    yield { name: `mark/${graph}/${policy}/threads=${threads}`, unit: 'ms', samples: measured.map(markMs) };
    if (threads > 1 || policy !== POLICIES[0]) continue;
    yield { name: `sweep/${graph}`, unit: 'ms', samples: measured.map(({ eagerSweepNs }) => eagerSweepNs / 1e6) };
  }
}

/** Runs `runs` collections for each number of threads, in turn, after a warm-up. */
export async function collect(graph: Graph, policy: Policy, runs: number): Promise<readonly Cycle[]> {
  const source = typeof graph === 'string' ? { workload: graph } : { workload: 'collect', heap: graph };
  const runtime = await startRuntime({ ...source, policy, args: collectArgs(WARM_UP + runs, THREADS), procs: Math.max(...THREADS), gogc: 'off' });
  const { cycles } = await runtime.finished;
  return cycles.slice(-runs * THREADS.length);
}

/** Returns the time from the start of the mark until the last M has finished. */
export function markMs({ markNs, waitNs }: Cycle): number {
  return (markNs + waitNs) / 1e6;
}
