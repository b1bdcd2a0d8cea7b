/** The utilization against a window that slides over every moment. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { takenTime, utilizationCurveWith, utilizationWith, type Taken } from '../../src/report/taken-time.ts';
import { utilizationOf } from '../../src/report/mmu.ts';
import { cycleOf } from '../cli/fakes.ts';

/** Moves a window over each whole moment of the run and adds up what is taken. */
function slide(taken: readonly Taken[], end: number, window: number): number {
  const shares = new Float64Array(end);
  for (const { startNs, endNs, share } of taken) shares.fill(share, startNs, endNs);
  let most = 0;
  for (let from = 0; from + window <= end; from++) most = Math.max(most, shares.slice(from, from + window).reduce((sum, share) => sum + share, 0));
  return 1 - most / window;
}

/** Gaps and intervals in turn, then a gap. Some intervals touch, as a mark and the stopped worlds around it do. */
const runs = fc.array(fc.tuple(fc.nat(6), fc.integer({ min: 1, max: 9 }), fc.constantFrom(0.25, 0.5, 1)), { maxLength: 12 }).chain((parts) => fc.nat(20).map((rest) => {
  let at = 0;
  const taken: Taken[] = [];
  for (const [gap, length, share] of parts) {
    taken.push({ startNs: at + gap, endNs: at + gap + length, share });
    at += gap + length;
  }
  return { taken, endNs: at + rest + 1 };
}));

describe('utilization of all Ps', () => {
  it('is what a sliding window finds, on random intervals', () => {
    fc.assert(fc.property(runs, fc.double({ min: 0, max: 1, noNaN: true }), ({ taken, endNs }, share) => {
      const window = Math.max(1, Math.floor(share * endNs));
      expect(utilizationWith(taken, endNs, window)).toBeCloseTo(slide(taken, endNs, window), 9);
    }), { numRuns: 500 });
  });

  it('is that of the pauses alone, if nothing else is taken', () => {
    fc.assert(fc.property(runs, fc.integer({ min: 1, max: 150 }), ({ taken, endNs }, window) => {
      const pauses = { startNs: taken.map(({ startNs }) => startNs), durationNs: taken.map((each) => each.endNs - each.startNs), endNs };
      expect(utilizationWith(taken.map((each) => ({ ...each, share: 1 })), endNs, window)).toBeCloseTo(utilizationOf(pauses, window), 9);
    }));
  });

  it('is 1 if nothing is taken, and its curve ends before the run does', () => {
    expect(utilizationWith([], 5e6, 1e6)).toBe(1);
    const curve = utilizationCurveWith([{ startNs: 0, endNs: 1e6, share: 1 }], 2e6);
    expect(curve[0]).toEqual({ windowNs: 1e5, share: 0 });
    expect(curve.at(-1)!.windowNs).toBeLessThan(2e6);
    expect(utilizationCurveWith([], 0)).toEqual([]);
  });
});

describe('the time that collections take', () => {
  it('is all of the Ps in a stopped world, and the share of workers and assists between two', () => {
    const cycle = cycleOf({ firstEndNs: 1100, firstPauseNs: 100, endNs: 2000, pauseNs: 500, assistNs: 100, dedicatedNs: 200, fractionalNs: 100, idleMarkNs: 1000 });
    expect(takenTime([cycle], 1000, 4)).toEqual([
      { startNs: 0, endNs: 100, share: 1 }, { startNs: 100, endNs: 500, share: 0.25 }, { startNs: 500, endNs: 1000, share: 1 },
    ]);
  });

  it('leaves out the time of the oracle, and a mark that takes nothing', () => {
    expect(takenTime([cycleOf({ endNs: 90, pauseNs: 50, checkpointNs: 20 })], 0, 1)).toEqual([{ startNs: 60, endNs: 90, share: 1 }]);
    expect(takenTime([cycleOf({ firstEndNs: 10, firstPauseNs: 10, endNs: 90, pauseNs: 10 })], 0, 1).map(({ startNs }) => startNs)).toEqual([0, 80]);
  });
});
