/** What is in view, and the times on the axis. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { around, isWhole, panned, widthOf, within, zoomed } from '../../../src/view/timeline/range.ts';
import { formatTime, momentsFormat, ticksOf, timesFormat } from '../../../src/view/timeline/time.ts';

const whole = { fromNs: -100, toNs: 900 };

describe('what is in view', () => {
  it('stays within the whole and never vanishes', () => {
    const number = fc.double({ min: -3000, max: 3000, noNaN: true });
    fc.assert(fc.property(number, number, number, fc.double({ min: 0.001, max: 100, noNaN: true }), (a, b, c, factor) => {
      const start = within(whole, { fromNs: Math.min(a, b), toNs: Math.max(a, b) });
      for (const range of [start, zoomed(whole, start, factor, c), panned(whole, start, c), around(whole, a, a + 1)]) {
        expect(range.fromNs).toBeGreaterThanOrEqual(whole.fromNs);
        expect(range.toNs).toBeLessThanOrEqual(whole.toNs + 1e-9);
        expect(widthOf(range)).toBeGreaterThanOrEqual(20 - 1e-9);
      }
    }));
  });

  it('keeps the moment under the pointer where it is', () => {
    const range = zoomed(whole, { fromNs: 200, toNs: 600 }, 0.5, 300);
    expect(range).toEqual({ fromNs: 250, toNs: 450 });
    expect((300 - range.fromNs) / widthOf(range)).toBe(0.25);
  });

  it('is the whole after zooming far out, and may be a whole that is tiny', () => {
    expect(isWhole(whole, zoomed(whole, { fromNs: 200, toNs: 600 }, 100, 300))).toBe(true);
    expect(within({ fromNs: 0, toNs: 5 }, { fromNs: 1, toNs: 2 })).toEqual({ fromNs: 0, toNs: 5 });
  });

  it('moves by as much as asked, up to the ends', () => {
    expect(panned(whole, { fromNs: 0, toNs: 100 }, 50)).toEqual({ fromNs: 50, toNs: 150 });
    expect(panned(whole, { fromNs: 0, toNs: 100 }, 5000)).toEqual({ fromNs: 800, toNs: 900 });
  });
});

describe('the axis', () => {
  it.each([
    ['measured', { fromNs: 0, toNs: 2_000_000 }, ['0.0 ms', '0.5 ms', '1.0 ms', '1.5 ms', '2.0 ms']],
    ['virtual', { fromNs: -40_000, toNs: 60_000 }, ['−40 µs', '−20 µs', '0 µs', '20 µs', '40 µs', '60 µs']],
    ['measured', { fromNs: 1_234_500, toNs: 1_234_520 }, ['1.234500 ms', '1.234505 ms', '1.234510 ms', '1.234515 ms', '1.234520 ms']],
    ['steps', { fromNs: 0, toNs: 2500 }, ['0', '1', '2']],
  ] as const)('of a %s timeline over %o has round times in one unit', (clock, range, labels) => {
    expect(ticksOf(clock, range, 5).map(({ label }) => label)).toEqual(labels);
  });

  it('has each time where it belongs', () => {
    expect(ticksOf('measured', { fromNs: 0, toNs: 2_000_000 }, 5).map(({ atNs }) => atNs)).toEqual([0, 500_000, 1_000_000, 1_500_000, 2_000_000]);
    expect(ticksOf('steps', { fromNs: 0, toNs: 4000 }, 5).map(({ atNs }) => atNs)).toEqual([0, 1000, 2000, 3000, 4000]);
  });
});

describe('a time', () => {
  it('is in the unit of its clock', () => {
    expect(formatTime('measured', 1_250_000)).toBe('1.25 ms');
    expect(formatTime('virtual', -1250)).toBe('−1.25 µs');
    expect(formatTime('steps', 12_000)).toBe('12 steps');
  });

  it('at which something begins is told from others nearby', () => {
    expect([1_352_100_000, 1_352_400_000, -5e6, -1].map(momentsFormat('measured', 1.4e9, 215_000))).toEqual(['1.3521 s', '1.3524 s', '−0.0050 s', '0.0000 s']);
    expect(momentsFormat('virtual', 300_000, 300)(12_345)).toBe('12.3 µs');
    expect(momentsFormat('virtual', 0, 0)(0)).toBe('0 ns');
    expect(momentsFormat('steps', 9000, 9)(4000)).toBe('4 steps');
  });

  it('in a column has the unit of the others, unless it would be nothing then', () => {
    expect([1500, 20, -90].map(timesFormat('measured', [1500, 20, -90]))).toEqual(['1.50 µs', '0.02 µs', '−0.09 µs']);
    expect([1_500_000_000, 20].map(timesFormat('measured', [1_500_000_000, 20]))).toEqual(['1.50 s', '20 ns']);
    expect(timesFormat('measured', [])(0)).toBe('0 ns');
  });
});
