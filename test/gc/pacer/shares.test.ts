import { describe, expect, it } from 'vitest';
import { dedicatedWorkers, fractionalShare } from '../../../src/gc/pacer/shares.ts';

describe('dedicatedWorkers and fractionalShare', () => {
  it.each([
    [1, 0, 0.25],
    [2, 0, 0.25],
    [3, 0, 0.25],
    [4, 1, 0],
    [5, 1, 0],
    [6, 1, 0.5 / 6],
    [7, 2, 0],
    [8, 2, 0],
    [16, 4, 0],
    [64, 16, 0],
  ])('give %i Ps %i dedicated workers and a fraction of %f', (procs, dedicated, share) => {
    expect(dedicatedWorkers(procs)).toBe(dedicated);
    expect(fractionalShare(procs)).toBeCloseTo(share, 9);
  });

  it('are within 30 % of a quarter of the Ps', () => {
    for (let procs = 1; procs <= 64; procs++) {
      const total = (dedicatedWorkers(procs) + fractionalShare(procs) * procs) / procs;
      expect(Math.abs(total / 0.25 - 1)).toBeLessThanOrEqual(0.3);
    }
  });
});
