/** Comparisons agree with benchstat. */
import { describe, expect, it } from 'vitest';
import { compareResults, formatComparison } from '../../src/report/scale-compare.ts';

const tenFrom = (from: number) => Array.from({ length: 10 }, (_, i) => (from + i) * 1e6);

describe('a comparison', () => {
  const rows = compareResults(
    [{ procs: 1, ns: tenFrom(100) }, { procs: 2, ns: tenFrom(50) }, { procs: 4, ns: tenFrom(30) }],
    [{ procs: 1, ns: tenFrom(101) }, { procs: 2, ns: tenFrom(39).slice(0, 8) }, { procs: 3, ns: tenFrom(1) }],
  );

  it('covers the numbers of threads that both have', () => {
    expect(rows.map(({ procs }) => procs)).toEqual([1, 2]);
  });

  it('has no change from a time of 0', () => {
    expect(compareResults([{ procs: 1, ns: [0] }], [{ procs: 1, ns: [5] }])).toMatchObject([{ change: 0, isSignificant: false }]);
  });

  it('is significant for p below 0.05', () => {
    const verdict = (before: number[], now: number[]) => compareResults([{ procs: 1, ns: before }], [{ procs: 1, ns: now }])[0];
    expect(verdict([1, 2, 3, 4, 7], [5, 6, 8, 9, 10])).toMatchObject({ p: expect.closeTo(0.0317, 4), isSignificant: true });
    expect(verdict([1, 2, 3, 4, 8], [5, 6, 7, 9, 10])).toMatchObject({ p: expect.closeTo(0.0556, 4), isSignificant: false });
  });

  it('marks an insignificant change with ~', () => {
    expect(formatComparison(rows).join('\n')).toBe(`\
threads    before       now   change
      1  104.5 ms  105.5 ms        ~  (p=0.495 n=10)
      2   54.5 ms   42.5 ms  -22.0 %  (p=0.000 n=10+8)`);
    expect(rows[0].p).toBeGreaterThan(0.05);
    expect(rows[1]).toMatchObject({ isSignificant: true, change: 42.5 / 54.5 - 1 });
  });
});
