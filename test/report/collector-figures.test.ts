/** The figures of a few collections, counted by hand. */
import { describe, expect, it } from 'vitest';
import { collectorFigures } from '../../src/report/collector-figures.ts';
import { cycleOf } from '../cli/fakes.ts';

const run = (cycles: ReturnType<typeof cycleOf>[], elapsedNs = 1e9) => ({ cycles, elapsedNs, startedNs: 0, memstats: { Mallocs: 10 } });

describe('figures of a collector', () => {
  it('have the pauses of all runs, and the least utilization', () => {
    const figures = collectorFigures([
      run([cycleOf({ endNs: 100e6, pauseNs: 10e6 }), cycleOf({ endNs: 200e6, pauseNs: 20e6 })]),
      run([cycleOf({ endNs: 500e6, pauseNs: 40e6 })], 2e9),
    ], 2);
    expect(figures).toMatchObject({ elapsedNs: [1e9, 2e9], medianNs: 1.5e9, objects: 10, collections: 3, pauses: { count: 3, medianNs: 20e6, p95Ns: 40e6, p99Ns: 40e6, longestNs: 40e6 } });
    expect(figures.utilization.map(({ share }) => Math.round(share * 100))).toEqual([0, 0, 0, 0, 0, 20, 60]);
    expect(figures.distribution.at(0)).toEqual({ share: 0, ns: 10e6 });
    expect(figures.distribution.at(-1)).toEqual({ share: 1, ns: 40e6 });
    expect(figures.cpu).toEqual({ stoppedNs: 140e6, assistNs: 0, backgroundNs: 0, idleNs: 0, share: 140e6 / 6e9 });
  });

  it('count both stopped worlds, assists and workers of a concurrent collector', () => {
    const cycle = cycleOf({ firstEndNs: 10e6, firstPauseNs: 1e6, endNs: 30e6, pauseNs: 2e6, assistNs: 3e6, dedicatedNs: 4e6, fractionalNs: 5e6, idleMarkNs: 6e6, heapStart: 300, heap1: 500, goal: 450, nextGc: 900 });
    const { pauses, cpu, heap, heapOverTime } = collectorFigures([run([cycle, { ...cycle, firstEndNs: 110e6, endNs: 130e6, liveBefore: 200 }], 200e6)], 1);
    expect(pauses.count).toBe(4);
    expect(cpu).toEqual({ stoppedNs: 6e6, assistNs: 6e6, backgroundNs: 18e6, idleNs: 12e6, share: 30 / 200 });
    expect(heap).toEqual({ peakBytes: 500, goalBytes: 450 });
    expect(heapOverTime).toEqual([
      { atNs: 10e6, bytes: 300 }, { atNs: 30e6, bytes: 500 }, { atNs: 30e6 + 1, bytes: 200 }, { atNs: 110e6, bytes: 300 }, { atNs: 130e6, bytes: 500 },
    ]);
  });

  it('draw the heap of a collector that sweeps in the pause before and after it', () => {
    const cycle = cycleOf({ endNs: 50e6, pauseNs: 10e6, heap0: 800, heap1: 300, objects0: 8, objects: 3 });
    expect(collectorFigures([run([cycle])], 1).heapOverTime).toEqual([{ atNs: 40e6, bytes: 800 }, { atNs: 50e6, bytes: 300 }]);
  });

  it('are 0 without a collection', () => {
    const { pauses, distribution, utilization } = collectorFigures([run([], 3e6)], 1);
    expect([pauses.longestNs, distribution]).toEqual([0, []]);
    expect(utilization).toEqual([{ windowNs: 1e6, share: 1 }, { windowNs: 2e6, share: 1 }]);
  });
});
