/** The assist ratio, by hand. */
import { describe, expect, it } from 'vitest';
import { HARD_GOAL, workPerQuad } from '../../../src/gc/pacer/work-ratio.ts';

describe('workPerQuad', () => {
  it.each([
    // live, goal, scanned, expected, most -> work left / room left
    [1000, 2000, 0, 500, 1000, 500 / 1000],
    [1500, 2000, 250, 500, 1000, 250 / 500],
    [1999, 2000, 300, 500, 1000, 200],
    // More is scanned than was expected: all that there may be, up to the hard goal.
    [1500, 2000, 501, 500, 1000, 499 / 700],
    // The goal is passed.
    [2100, 2000, 100, 500, 1000, 900 / 100],
    // No room is left, and the least work counts.
    [9000, 2000, 900, 500, 1000, 125],
  ])('with a heap of %i, a goal of %i, and %i of %i (at most %i) scanned', (live, goal, scanned, expected, most, ratio) => {
    expect(workPerQuad(live, goal, scanned, expected, most)).toBeCloseTo(ratio, 6);
  });

  it('makes a program that pays for each allocation end the mark before the hard goal, however wrong the estimate is', () => {
    for (const most of [1000, 5000, 20_000]) {
      for (const expected of [100, 500, 1000]) {
        let [live, scanned] = [10_000, 0];
        while (scanned < most) {
          const ratio = workPerQuad(live, 20_000, scanned, expected, most);
          live += 10;
          scanned += 10 * ratio;
        }
        expect(live).toBeLessThanOrEqual(20_000 * HARD_GOAL + 10);
      }
    }
  });
});
