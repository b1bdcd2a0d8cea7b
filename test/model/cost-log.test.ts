/** What a thread's time was spent on: every ns once, under its cause. */
import { describe, expect, it } from 'vitest';
import { CostLog, SPENDINGS, type Spent } from '../../src/model/cost-log.ts';
import { buildModelHeap } from '../../src/model/heap.ts';
import { loadModelCore, loadModelSites } from '../../src/model/load.ts';
import { MACHINES } from '../../src/model/machines.ts';
import { predictMark } from '../../src/model/predict.ts';
import { runWatched } from '../../src/model/watched-time.ts';
import type { Coroutine } from '../../src/rewrite/generated.ts';
import { ROUND } from './round-machine.ts';

const core = await loadModelCore();
const LINE = 16;

function logOf(threads: readonly ((m: Int32Array) => Coroutine)[]): { log: CostLog; clocks: Float64Array } {
  let log: CostLog | undefined;
  const { clocks } = runWatched({ core, machine: ROUND, m: new Int32Array(1 << 16), threads, inUse: 1, quantumNs: 0 }, (caches) => [log = new CostLog(caches, ROUND, threads.length)]);
  return { log: log!.finish(clocks), clocks };
}

const sumOf = (spent: Spent) => SPENDINGS.reduce((sum, name) => sum + spent[name], 0);

describe('the log of costs', () => {
  it('has computing and a miss of a lone thread', () => {
    const { log, clocks } = logOf([(m) => core.count(m, LINE, 1000)]);
    expect(log.between(0, 0, clocks[0])).toEqual({ compute: 2000 * ROUND.accessNs, misses: ROUND.miss[0].ns, transfers: 0, atomics: 0, branches: 0, waiting: 0 });
  });

  it('has atomics and transfers of threads that contend', () => {
    const { log, clocks } = logOf([0, 1].map(() => (m: Int32Array) => core.contend(m, LINE, 100)));
    const spent = log.between(1, 0, clocks[1]);
    expect(spent.atomics).toBe(100 * ROUND.rmwNs);
    expect(spent.transfers).toBeGreaterThan(50 * ROUND.transferNs);
    expect(spent.waiting).toBe(0);
  });

  it('has sleeps as waiting', () => {
    const { log, clocks } = logOf([(m) => core.nap(m, 30)]);
    expect(log.between(0, 0, clocks[0]).waiting).toBeGreaterThanOrEqual(30_000 + ROUND.sleepNs);
  });

  it('adds up over any parts of the time, each of which is spent', () => {
    const { log, clocks } = logOf([0, 1].map((i) => (m: Int32Array) => core.count(m, LINE + i, 20_000)));
    const end = clocks[0];
    const cuts = [0, 0.123, 0.5, 0.77, 1].map((part) => part * end);
    const parts = cuts.slice(1).map((to, i) => log.between(0, cuts[i], to));
    for (const [i, part] of parts.entries()) expect(sumOf(part)).toBeCloseTo(cuts[i + 1] - cuts[i], 3);
    for (const name of SPENDINGS) expect(parts.reduce((sum, part) => sum + part[name], 0)).toBeCloseTo(log.between(0, 0, end)[name], 3);
  });

  it('has every ns of each thread of a mark once', async () => {
    const heap = await buildModelHeap({ workload: 'tree', params: { depth: 15 }, procs: 6 });
    const { explanation, markNs } = predictMark({ core, machine: MACHINES[0], heap, explains: loadModelSites() }, 6);
    const { activity } = explanation!;
    const spent = explanation!.costs.between(0, 0, activity.endNs);
    expect(sumOf(spent)).toBeCloseTo(activity.endNs, 0);
    expect(spent.compute).toBeGreaterThan(0.1 * markNs);
  });
});
