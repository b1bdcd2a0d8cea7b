import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitAmdahl, fitUsl, speedupOf } from '../../src/report/scaling-fit.ts';

const COUNTS = [1, 2, 3, 4, 8, 16];
const share = fc.double({ min: 0, max: 0.5, noNaN: true });
const cost = fc.double({ min: 1e-6, max: 0.01, noNaN: true });

function points(contention: number, coherence: number) {
  return COUNTS.map((procs) => ({ procs, speedup: speedupOf({ contention, coherence }, procs) }));
}

describe('fitAmdahl', () => {
  it('finds the serial share of exact points', () => {
    fc.assert(fc.property(share, (s) => {
      expect(fitAmdahl(points(s, 0))!.contention).toBeCloseTo(s, 9);
    }));
  });

  it('is limited by the reciprocal of the share, and has no best number of threads', () => {
    expect(fitAmdahl(points(0.25, 0))).toMatchObject({ law: 'Amdahl', coherence: 0, best: Infinity });
    expect(fitAmdahl(points(0.25, 0))!.limit).toBeCloseTo(4, 9);
    expect(fitAmdahl([{ procs: 1, speedup: 1 }, { procs: 2, speedup: 2 }])!.limit).toBe(Infinity);
  });

  it('takes a speedup beyond the ideal for no serial share', () => {
    expect(fitAmdahl([{ procs: 1, speedup: 1 }, { procs: 2, speedup: 2.5 }])!.contention).toBe(0);
  });

  it('takes times that get longer for all serial', () => {
    expect(fitAmdahl([{ procs: 1, speedup: 1 }, { procs: 2, speedup: 0.5 }])).toMatchObject({ contention: 1, limit: 1 });
  });

  it('needs a point with more than one thread', () => {
    expect(fitAmdahl([{ procs: 1, speedup: 1 }])).toBeUndefined();
  });
});

describe('fitUsl', () => {
  it('finds both parameters of exact points', () => {
    fc.assert(fc.property(share, cost, (a, b) => {
      const fit = fitUsl(points(a, b))!;
      expect(fit.contention).toBeCloseTo(a, 6);
      expect(fit.coherence).toBeCloseTo(b, 6);
    }));
  });

  it('names the best number of threads: no other is faster', () => {
    fc.assert(fc.property(share, cost, (a, b) => {
      const fit = fitUsl(points(a, b))!;
      const speedups = Array.from({ length: 2000 }, (_, i) => speedupOf(fit, i + 1));
      expect(Math.max(...speedups)).toBeLessThanOrEqual(fit.limit * (1 + 1e-9));
      expect(speedupOf(fit, fit.best)).toBe(fit.limit);
    }));
  });

  it('has the smallest error of all parameters within their bounds', () => {
    const measured = fc.array(fc.record({ procs: fc.integer({ min: 2, max: 32 }), speedup: fc.double({ min: 0.3, max: 32, noNaN: true }) }), { minLength: 2, maxLength: 8 });
    const error = (some: readonly { procs: number; speedup: number }[], a: number, b: number) =>
      some.reduce((sum, { procs: n, speedup }) => sum + (a * (n - 1) + b * n * (n - 1) - (n / speedup - 1)) ** 2, 0);
    fc.assert(fc.property(measured, fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 0.5, noNaN: true }), (some, a, b) => {
      fc.pre(new Set(some.map(({ procs }) => procs)).size > 1);
      const fit = fitUsl(some)!;
      expect(fit.contention).toBeGreaterThanOrEqual(0);
      expect(fit.contention).toBeLessThanOrEqual(1);
      expect(fit.coherence).toBeGreaterThanOrEqual(0);
      expect(error(some, fit.contention, fit.coherence)).toBeLessThanOrEqual(error(some, a, b) * (1 + 1e-6) + 1e-9);
    }));
  });

  it('needs two numbers of threads beyond one', () => {
    expect(fitUsl([{ procs: 1, speedup: 1 }, { procs: 2, speedup: 1.8 }])).toBeUndefined();
  });
});
