import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitNonNegative } from '../../../../src/drivers/model/calibrate/fit.ts';

const ROWS = [[4, 1, 0], [1, 5, 1], [0, 1, 6], [3, 3, 1], [1, 0, 2]];

test('what was made of costs gives them back', () => {
  const cost = fc.double({ min: 0, max: 100, noNaN: true });
  fc.assert(fc.property(fc.tuple(cost, cost, fc.double({ min: 1, max: 100, noNaN: true })), (costs) => {
    const values = ROWS.map((row) => row.reduce((sum, n, i) => sum + n * costs[i], 0.001));
    fitNonNegative(ROWS, values).forEach((found, i) => expect(Math.abs(found - costs[i])).toBeLessThan(0.01 * (1 + costs[i])));
  }), { numRuns: 30 });
});

test('nothing costs less than nothing', () => {
  // Only a negative second cost would fit exactly.
  const [first, second] = fitNonNegative([[1, 0], [1, 1], [2, 1]], [10, 8, 18]);
  expect(second).toBe(0);
  expect(first).toBeGreaterThan(8);
  expect(first).toBeLessThan(10);
});

test('errors are relative: a small value counts as much as a large one', () => {
  const [cost] = fitNonNegative([[1], [1000]], [2, 1000]);
  expect(cost).toBeGreaterThan(1.15);
});

test('what never happens costs nothing', () => {
  expect(fitNonNegative([[2, 0], [4, 0]], [6, 12])[1]).toBe(0);
});
