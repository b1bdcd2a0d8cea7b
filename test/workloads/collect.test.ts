import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/fatal.ts';
import { MHEAP, MHeap } from '../../src/malloc/mheap.ts';
import { collect, collectArgs, readSweeps, turnOf } from '../../src/workloads/collect.ts';
import { list } from '../../src/workloads/graphs/list.ts';
import { runOnOneP } from '../support/machine.ts';

describe('collect', () => {
  it('collects once to warm up, then `runs` times', () => {
    const { cycles } = runOnOneP(collect, { runs: 3 });
    expect(cycles.map(({ forced, nproc }) => [forced, nproc])).toEqual([[2, 1], [2, 1], [2, 1], [2, 1]]);
  });

  it('alternates the thread counts forwards and backwards', () => {
    expect(Array.from({ length: 9 }, (_, i) => turnOf(i, 3))).toEqual([0, 1, 2, 2, 1, 0, 0, 1, 2]);
    expect(Array.from({ length: 3 }, (_, i) => turnOf(i, 1))).toEqual([0, 0, 0]);
  });

  it('collects with each thread count equally often', () => {
    const { cycles } = runOnOneP(collect, {}, { args: collectArgs(4, [1, 2, 0]) });
    expect(cycles).toHaveLength(15);
  });

  it('sweeps by threads after each collection, and logs the duration', () => {
    const { m, cycles, memstats } = runOnOneP(list, { count: 2000 }, { args: collectArgs(2, [1, 3], true) });
    expect(cycles.map(({ forced, nbgsweep, npausesweep }) => [forced, nbgsweep, npausesweep])).toEqual(Array.from({ length: 6 }, () => [3, 0, 0]));
    expect(m[MHEAP + MHeap.at.xsweepdone]).toBe(1);
    const sweeps = readSweeps(m, 6);
    for (const ns of sweeps) expect(ns > 0 && ns < 1e9).toBe(true);
    // The nodes and the log.
    expect(memstats.HeapObjects).toBe(2001);
  });

  it.each([
    [10, []],
    [10, Array.from({ length: 30 }, () => 1)],
    [-1, [1]],
    [1.5, [1]],
  ])('refuses %j runs with %j', (runs, procs) => {
    expect(() => collectArgs(runs, procs)).toThrow(UsageError);
  });
});
