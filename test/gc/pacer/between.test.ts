import { describe, expect, it } from 'vitest';
import { between } from '../../../src/gc/pacer/between.ts';

describe('between', () => {
  it.each([[1, 2, 3, 2], [2.5, 2, 3, 2.5], [4, 2, 3, 3]])('takes %f between %f and %f for %f', (value, least, greatest, expected) => {
    expect(between(value, least, greatest)).toBe(expected);
  });
});
