/** The interval of the median holds the true one as often as it says. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median, medianInterval, medianRanks } from '../../src/base/statistics.ts';

describe('the median', () => {
  it('is the middle value, or between the two', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([10, 9, 100])).toBe(10);
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('the interval of the median', () => {
  it.each([
    // Textbook tables of the sign test; 8 and 9 biased to the left, as go-moremath does.
    [6, 1, 6, 0.96875],
    [8, 1, 7, 0.9609375],
    [9, 2, 8, 0.9609375],
    [10, 2, 9, 0.978515625],
    [12, 3, 10, 0.961425781],
    [20, 6, 15, 0.958610535],
  ])('of %i values lies between ranks %i and %i', (n, low, high, confidence) => {
    const ranks = medianRanks(n, 0.95);
    expect(ranks).toMatchObject({ low, high });
    expect(ranks.confidence).toBeCloseTo(confidence, 8);
  });

  it('is open in fewer than six values', () => {
    for (let n = 1; n <= 5; n++) expect(medianInterval(Array(n).fill(1)).low).toBe(-Infinity);
    expect(medianInterval([1, 1])).toEqual({ low: -Infinity, high: Infinity, confidence: 1 });
  });

  it('is made of values of the sample, around its median', () => {
    fc.assert(fc.property(fc.array(fc.integer(), { minLength: 6, maxLength: 60 }), (sample) => {
      const { low, high, confidence } = medianInterval(sample);
      expect(sample).toContain(low);
      expect(sample).toContain(high);
      expect(low).toBeLessThanOrEqual(median(sample));
      expect(high).toBeGreaterThanOrEqual(median(sample));
      expect(confidence).toBeGreaterThanOrEqual(0.95);
    }));
  });
});
