import { expect, test } from 'vitest';
import { atomic, by, padding, struct } from '../../src/memory/struct.ts';

test('fields lie one after the other in the order they are declared', () => {
  const record = struct('record', 16, { one: by('x'), two: by('x', 3), pad: padding(2), xlast: atomic('anyone') });
  expect(record.at).toEqual({ one: 0, two: 1, pad: 4, xlast: 6 });
  expect(record.words).toBe(16);
});

test('fields that fill the record to the last word fit, one word more does not', () => {
  expect(struct('record', 4, { one: by('x', 4) }).at.one).toBe(0);
  expect(() => struct('record', 4, { one: by('x', 4), two: by('x') })).toThrow('its fields take 5 words, declared are 4');
});

test('an atomic field without x, and an x on a field that is not atomic, are refused', () => {
  expect(() => struct('record', 4, { head: atomic('anyone') })).toThrow('record.head');
  expect(() => struct('record', 4, { xhead: by('a lock') })).toThrow('record.xhead');
});
