/** The intervals of fitted laws hold what they promise, and are the same each time. */
import { describe, expect, it } from 'vitest';
import { seedState, xorshift32 } from '../../src/base/random.ts';
import { speedupOf } from '../../src/report/scaling-fit.ts';
import { lawsOf, type TimedRuns } from '../../src/report/scaling-laws.ts';

const COUNTS = [1, 2, 4, 8, 16];
const TRUE = { contention: 0.05, coherence: 0.002 };

/** Runs by the law TRUE, each off by up to `noise` of its time. */
function runsOf(runs: number, noise: number, seed = 1): TimedRuns[] {
  let state = seedState(seed);
  return COUNTS.map((procs) => ({
    procs,
    ns: Array.from({ length: runs }, () => {
      state = xorshift32(state);
      return (1e6 / speedupOf(TRUE, procs)) * (1 + noise * ((state % 2001) / 1000 - 1));
    }),
  }));
}

describe('lawsOf', () => {
  it('gives the same intervals each time', () => {
    expect(lawsOf(runsOf(10, 0.1))).toEqual(lawsOf(runsOf(10, 0.1)));
  });

  it.each([
    ['measured times', 10, 0.1],
    ['predicted times', 1, 0.02],
  ])('has intervals of %s that hold the true parameters nearly always, and are narrow', (_, runs, noise) => {
    let inside = 0;
    for (let seed = 1; seed <= 50; seed++) {
      const usl = lawsOf(runsOf(runs, noise, seed))[1];
      const { contention, coherence } = usl.intervals!;
      if (contention.low <= TRUE.contention && TRUE.contention <= contention.high) inside++;
      if (coherence.low <= TRUE.coherence && TRUE.coherence <= coherence.high) inside++;
      expect(contention.high - contention.low).toBeLessThan(0.2);
    }
    expect(inside).toBeGreaterThanOrEqual(80);
  });

  it('has no intervals for two runs each, nor for as many predicted points as parameters', () => {
    for (const law of lawsOf(runsOf(2, 0.1))) expect(law.intervals).toBeUndefined();
    const few = lawsOf(runsOf(1, 0).slice(0, 4));
    expect(few.map(({ intervals }) => intervals === undefined)).toEqual([false, true]);
  });

  it('leaves out threads beyond the cores, which measure time slicing', () => {
    const sliced = [...runsOf(6, 0).slice(0, 3), { procs: 8, ns: Array<number>(6).fill(1e9) }];
    const [, usl] = lawsOf(sliced, 4);
    expect(usl.upTo).toBe(4);
    expect(usl.coherence).toBeCloseTo(TRUE.coherence, 9);
    expect(usl.error).toBeCloseTo(0, 9);
  });

  it('says how far a law is from its points', () => {
    const doubled = runsOf(1, 0).map(({ procs, ns }) => ({ procs, ns: procs === 4 ? [2 * ns[0]] : ns }));
    expect(lawsOf(doubled)[0].error).toBeGreaterThan(0.2);
  });

  it('has no laws without times of one thread', () => {
    expect(lawsOf(runsOf(6, 0).slice(1))).toEqual([]);
    expect(lawsOf(runsOf(6, 0).slice(0, 1))).toEqual([]);
  });
});
