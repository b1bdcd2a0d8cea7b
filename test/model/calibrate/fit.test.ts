import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitCost } from '../../../src/model/calibrate/fit.ts';

const COSTS = [1, 2] as const;
const sample = (fixed: number, count: number, measuredNs: number) => ({ measuredNs, predictedNs: [fixed + count, fixed + 2 * count] });

describe('fitCost', () => {
  it('recovers the cost of synthetic samples', () => {
    const number = fc.double({ min: 1, max: 1000, noNaN: true });
    fc.assert(fc.property(fc.double({ min: 0.1, max: 7, noNaN: true }), fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 8 }), (cost, parts) => {
      expect(fitCost(COSTS, parts.map(([fixed, count]) => sample(fixed, count, fixed + cost * count)))).toBeCloseTo(cost, 6);
    }), { numRuns: 50 });
  });

  it('splits the error evenly, as a factor, between two contradictory samples', () => {
    // One wants a cost of 1, the other of 4.
    expect(fitCost(COSTS, [sample(0, 10, 10), sample(0, 1000, 4000)])).toBeCloseTo(2, 6);
  });

  it('interpolates between the two costs that are nearest', () => {
    // Up to a cost of 2 each 1 takes 10, beyond it 30.
    const predictedNs = [10, 20, 80];
    for (const [measuredNs, cost] of [[15, 1.5], [50, 3], [110, 5]]) expect(fitCost([1, 2, 4], [{ measuredNs, predictedNs }])).toBeCloseTo(cost, 6);
  });

  it('gives an outlier limited weight', () => {
    const cost = fitCost(COSTS, [...Array.from({ length: 9 }, () => sample(0, 1, 1)), sample(0, 1, 2)]);
    expect(cost).toBeGreaterThan(2 ** 0.1);
    expect(cost).toBeLessThan(2 ** 0.5);
  });

  it('is never below zero', () => {
    expect(fitCost(COSTS, [sample(10, 1, 5)])).toBeCloseTo(0, 6);
  });
});
