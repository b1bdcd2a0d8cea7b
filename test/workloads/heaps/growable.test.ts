import { describe, expect, it } from 'vitest';
import { GrowableUint32 } from '../../../src/workloads/heaps/growable.ts';

const LENGTHS = [0, 1, 1023, 1024, 1025, 3 * 1024, 2 ** 20];

describe('a growable list', () => {
  it.each(LENGTHS)('keeps %i numbers in their order', (length) => {
    const list = new GrowableUint32();
    for (let i = 0; i < length; i++) list.push(0xffffffff - i);
    expect(list.length).toBe(length);
    const all = list.finish(2);
    expect(all.length).toBe(length + 2);
    expect(all.subarray(0, length).every((value, i) => value === 0xffffffff - i)).toBe(true);
    expect([...all.subarray(length)]).toEqual([0, 0]);
    expect(list.length).toBe(0);
  });
});
