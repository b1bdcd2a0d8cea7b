import { describe, expect, it } from 'vitest';
import { byteOf, normal, valueOf } from '../../src/litmus/bytes.ts';

describe('valueOf', () => {
  it.each([[[1]], [[1, 2]], [[1, 2, 3, 255]], [[1, 2, 3, 4, 5, 6, 7, 8]], [[255, 255, 255, 255, 255, 255, 31, 0]], [[0, 0, 0, 0, 0, 0, 0, 255]]])('is the inverse of byteOf: %j', (bytes) => {
    const value = valueOf(bytes);
    expect(bytes.map((_, i) => byteOf(value, i))).toEqual(bytes);
  });

  it('is a bigint only above 2^53 - 1', () => {
    expect([valueOf([255, 255, 255, 255, 255, 255, 31, 0]), valueOf([0, 0, 0, 0, 0, 0, 32, 0])]).toEqual([Number.MAX_SAFE_INTEGER, 2n ** 53n]);
    expect(normal(5n)).toBe(5);
  });
});
