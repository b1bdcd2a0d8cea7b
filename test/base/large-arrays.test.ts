import { describe, expect, it } from 'vitest';
import { bytesOf, floatsOf, listOf, release } from '../../src/base/large-arrays.ts';
import { GrowableUint32 } from '../../src/workloads/heaps/growable.ts';

describe('release', () => {
  it('empties the arrays and every view of their buffers', () => {
    const array = new Uint32Array(100).fill(7);
    const view = new Uint8Array(array.buffer, 8, 4);
    const other = new Float64Array(10);
    release(array, view, other);
    expect([array.length, view.length, other.length, array.buffer.byteLength]).toEqual([0, 0, 0, 0]);
  });

  it('leaves arrays that are not released as they are', () => {
    const lists = [listOf(100), bytesOf(100), floatsOf(100), listOf(1 << 18), bytesOf(1 << 18), floatsOf(1 << 18), listOf(100), bytesOf(100)];
    for (const [i, list] of lists.entries()) list.fill(i + 1);
    release(...lists.filter((_, i) => i % 2 === 0));
    release();
    for (const [i, list] of lists.entries()) {
      expect(list.length === 0).toBe(i % 2 === 0);
      if (list.length > 0) expect(list.every((value) => value === i + 1)).toBe(true);
    }
  });
});

describe('large arrays', () => {
  it('leave a growable list of many chunks whole after their release', () => {
    const list = new GrowableUint32();
    const n = 3_000_000;
    for (let i = 0; i < n; i++) list.push(i ^ 0x5555);
    const all = list.finish(1);
    expect(all.length).toBe(n + 1);
    expect(all.findIndex((value, i) => value !== (i ^ 0x5555))).toBe(n);
  });

  it.each([0, 1, 1000, 100_000, 20_000_000])('hold %i zeros if they have %i entries', (length) => {
    for (const list of [listOf(length), bytesOf(length), floatsOf(length)]) {
      expect([list.length, list.byteOffset]).toEqual([length, 0]);
      expect([list.at(0), list.at(-1)]).toEqual(length === 0 ? [undefined, undefined] : [0, 0]);
      release(list);
      expect(list.length).toBe(0);
    }
  });

  it('have a mapping of their own', () => {
    const list = listOf(1 << 20);
    expect(list.buffer.byteLength).toBeGreaterThan(1 << 25);
    release(list);
  });
});
