/** The history of a heap, prepared for drawing. */
import { describe, expect, it } from 'vitest';
import type { History } from '../../src/report/history.ts';
import { allocatedOf, momentAt, momentsOf, pausesOf, roundTicks, windowsOf } from '../../src/view/heap-history.ts';

const history: History = {
  endNs: 5e7,
  sampleIntervalNs: 5e6,
  samples: { atNs: [0, 1e7, 2e7], allocated: [0, 10, 20], live: [null, null, 5], goal: [40, 40, 40], inUse: [1, 11, 21], arena: [100, 100, 100] },
  pauses: { cycle: [1], startNs: [1.2e7], durationNs: [3e6], allocated: [30] },
};

describe('the history of a heap', () => {
  it('has a row for each moment, and ends with the shortest column', () => {
    expect(momentsOf(history)).toHaveLength(3);
    expect(momentsOf(history)[2]).toEqual({ atNs: 2e7, allocated: 20, live: 5, goal: 40, inUse: 21, arena: 100 });
    expect(momentsOf({ ...history, samples: { ...history.samples, arena: [1] } })).toHaveLength(1);
  });

  it('has the bytes at the end of a mark between the samples', () => {
    expect(allocatedOf(momentsOf(history), pausesOf(history)).map(({ bytes }) => bytes)).toEqual([0, 10, 30, 20]);
  });

  it('finds the moment before a time', () => {
    const moments = momentsOf(history);
    expect([-5, 0, 9e6, 1e7, 1.9e7, 9e9].map((ns) => momentAt(moments, ns))).toEqual([0, 0, 0, 1, 1, 2]);
  });

  it('has windows of powers of ten, and the run', () => {
    expect(windowsOf(history)).toEqual([{ windowNs: 1e6, share: 0 }, { windowNs: 1e7, share: 0.7 }, { windowNs: 5e7, share: 0.94 }]);
  });

  it('marks axes at round values', () => {
    expect(roundTicks(10 << 20, 5, 2)).toEqual([0, 1, 2, 3, 4, 5].map((n) => n * (2 << 20)));
    expect(roundTicks(1.05e9, 5, 10)).toEqual([0, 5e8, 1e9]);
    expect(roundTicks(0, 5, 10)).toEqual([0]);
  });
});
