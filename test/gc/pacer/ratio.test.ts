import { describe, expect, it } from 'vitest';
import { loadRatio, storeRatio } from '../../../src/gc/pacer/ratio.ts';

describe('storeRatio', () => {
  it.each([0, 0.25, 0.875, 1, 1000.5, 2 ** 31])('keeps %f', (value) => {
    const m = new Int32Array(4);
    storeRatio(m, 1, value);
    expect(loadRatio(m, 1)).toBeCloseTo(value, 5);
    expect([m[0], m[3]]).toEqual([0, 0]);
  });
});
