/** MMU against a window that slides over every moment. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentile, utilizationCurve, utilizationOf, type Pauses } from '../../src/report/mmu.ts';

/** Moves a window over each whole moment of the run and adds up the moments that are paused. */
function slide({ startNs, durationNs, endNs }: Pauses, window: number): number {
  const paused = new Uint8Array(endNs);
  startNs.forEach((start, i) => paused.fill(1, start, start + durationNs[i]));
  let most = 0;
  for (let from = 0; from + window <= endNs; from++) {
    let sum = 0;
    for (let at = from; at < from + window; at++) sum += paused[at];
    most = Math.max(most, sum);
  }
  return 1 - most / window;
}

/** Gaps and pauses in turn, then a gap. */
const runs = fc.array(fc.tuple(fc.nat(12), fc.integer({ min: 1, max: 9 })), { maxLength: 12 }).chain((parts) => fc.nat(20).map((rest): Pauses => {
  let at = 0;
  const startNs: number[] = [];
  for (const [gap, duration] of parts) {
    startNs.push(at + gap);
    at += gap + duration;
  }
  return { startNs, durationNs: parts.map(([, duration]) => duration), endNs: at + rest + 1 };
}));

describe('minimum mutator utilization', () => {
  it('is what a sliding window finds, on random pauses', () => {
    fc.assert(fc.property(runs, fc.double({ min: 0, max: 1, noNaN: true }), (pauses, share) => {
      const window = Math.max(1, Math.floor(share * pauses.endNs));
      expect(utilizationOf(pauses, window)).toBeCloseTo(slide(pauses, window), 9);
    }), { numRuns: 500 });
  });

  it('is 0 up to the longest pause, and the share of the program for the whole run', () => {
    const pauses = { startNs: [10e6, 50e6], durationNs: [4e6, 6e6], endNs: 100e6 };
    expect(utilizationOf(pauses, 6e6)).toBe(0);
    expect(utilizationOf(pauses, 12e6)).toBe(0.5);
    expect(utilizationOf(pauses, 100e6)).toBeCloseTo(0.9);
    expect(utilizationOf(pauses, 1e12)).toBeCloseTo(0.9);
  });

  it('is 1 without pauses, and for a run of no length', () => {
    expect(utilizationCurve({ startNs: [], durationNs: [], endNs: 5e6 }).every(({ share }) => share === 1)).toBe(true);
    expect(utilizationCurve({ startNs: [], durationNs: [], endNs: 0 })).toEqual([]);
  });

  it('has a curve from 1 ms to the run', () => {
    const curve = utilizationCurve({ startNs: [0], durationNs: [2e6], endNs: 80e6 });
    expect(curve[0]).toEqual({ windowNs: 1e6, share: 0 });
    expect(curve.at(-1)).toEqual({ windowNs: 80e6, share: 1 - 2 / 80 });
    expect(curve.length).toBeGreaterThan(30);
  });
});

describe('a percentile', () => {
  it('is a value of the sample, by nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect([0.5, 0.9, 0.99, 1].map((share) => percentile(values, share))).toEqual([50, 90, 99, 100]);
    expect(percentile([7], 0.5)).toBe(7);
    expect(percentile([3, 1], 0.5)).toBe(1);
  });
});
