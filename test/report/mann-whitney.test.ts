/** The U test agrees with R and SciPy. */
import { describe, expect, it } from 'vitest';
import { mannWhitney } from '../../src/report/mann-whitney.ts';

describe('mannWhitney', () => {
  it('counts all orders of small samples without ties', () => {
    expect(mannWhitney([1, 2, 3], [4, 5, 6])).toEqual({ u: 0, p: expect.closeTo(0.1, 12), exact: true });
    // The examples of SciPy's mannwhitneyu and of R's wilcox.test.
    expect(mannWhitney([19, 22, 16, 29, 24], [20, 11, 17, 12])).toEqual({ u: 17, p: expect.closeTo(1 / 9, 12), exact: true });
    const permeability = mannWhitney([0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46], [1.15, 0.88, 0.9, 0.74, 1.21]);
    expect(permeability).toEqual({ u: 35, p: expect.closeTo(2 * 0.1272, 3), exact: true });
  });

  it('gives the least p of two samples of ten', () => {
    const low = Array.from({ length: 10 }, (_, i) => i);
    expect(mannWhitney(low, low.map((x) => x + 100)).p).toBeCloseTo(2 / 184_756, 12);
    expect(mannWhitney(low.map((x) => x + 100), low).p).toBeCloseTo(2 / 184_756, 12);
  });

  it('is 1 for samples that interleave evenly or are all equal', () => {
    expect(mannWhitney([1, 4, 5, 8], [2, 3, 6, 7]).p).toBe(1);
    expect(mannWhitney([3, 3, 3], [3, 3])).toEqual({ u: 3, p: 1, exact: false });
  });

  it('approximates with ties, corrected as in R', () => {
    // R: wilcox.test(Ozone ~ Month, airquality, subset = Month %in% c(5, 8)): W = 127.5, p-value = 0.0001208.
    const may = [41, 36, 12, 18, 28, 23, 19, 8, 7, 16, 11, 14, 18, 14, 34, 6, 30, 11, 1, 11, 4, 32, 23, 45, 115, 37];
    const august = [39, 9, 16, 78, 35, 66, 122, 89, 110, 44, 28, 65, 22, 59, 23, 31, 44, 21, 9, 45, 168, 73, 76, 118, 84, 85];
    const { u, p, exact } = mannWhitney(may, august);
    expect([u, exact]).toEqual([127.5, false]);
    expect(p).toBeCloseTo(0.0001208, 7);
  });

  it('has no jump between exact and approximate p', () => {
    const a = Array.from({ length: 50 }, (_, i) => i + 0.1);
    const b = Array.from({ length: 50 }, (_, i) => i + 6.2);
    const exact = mannWhitney(a, b);
    const approximate = mannWhitney([...a, 25.3], b);
    expect([exact.exact, approximate.exact]).toEqual([true, false]);
    expect(approximate.p / exact.p).toBeGreaterThan(0.8);
    expect(approximate.p / exact.p).toBeLessThan(1.25);
  });

  it('is precise in the tail', () => {
    const a = Array.from({ length: 60 }, (_, i) => i);
    const b = a.map((x) => x + 100);
    // erfc(z / √2) for z = (1800 - 0.5) / √(60·60·121 / 12), by Python's math.erfc.
    expect(mannWhitney(a, b).p / 3.556570974984777e-21).toBeCloseTo(1, 9);
  });

  it('refuses an empty sample', () => {
    expect(() => mannWhitney([], [1])).toThrow(RangeError);
  });
});
