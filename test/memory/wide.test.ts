import { describe, expect, it } from 'vitest';
import { addWide, loadWide, storeWide } from '../../src/memory/wide.ts';

const EDGES = [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 40 + 12345, 2 ** 53 - 1, -1, -(2 ** 31), -(2 ** 32), -(2 ** 40) - 7];

describe('a counter of two words', () => {
  it.each(EDGES)('reads %i as it was stored', (value) => {
    const m = new Int32Array(4);
    storeWide(m, 1, value);
    expect([loadWide(m, 1), m[0], m[3]]).toEqual([value, 0, 0]);
  });

  it.each(EDGES.flatMap((a) => EDGES.filter((b) => Number.isSafeInteger(a + b)).map((b) => [a, b])))('adds %i and %i', (a, b) => {
    const m = new Int32Array(2);
    storeWide(m, 0, a);
    addWide(m, 0, b);
    expect(loadWide(m, 0)).toBe(a + b);
  });
});
