/** Heap dumps list the pointer words that the types declare; without types, every word. */
import { describe, expect, it } from 'vitest';
import { objectRecords } from '../../src/inspect/heapdump-objects.ts';
import { values } from '../../src/workloads/values.ts';
import { runOnOneP } from '../support/machine.ts';

const COUNT = 10;

/** Pointers told of, and how many of them are not nil. */
function pointersOf(types: 'none' | 'mtypes' | 'heapbits'): { fields: number; pointers: number } {
  const { m } = runOnOneP(values, { count: COUNT }, { types });
  let fields = 0;
  let pointers = 0;
  for (const { contents, fields: listed } of objectRecords(m)) {
    const flat = [...(listed ?? [])];
    const view = new DataView(contents.buffer, contents.byteOffset, contents.byteLength);
    for (let i = 0; i < flat.length; i += 2) {
      fields++;
      if (view.getUint32(flat[i + 1], true) !== 0) pointers++;
    }
  }
  return { fields, pointers };
}

describe('a heap dump of typed objects', () => {
  it('lists the pointers that the types declare', () => {
    // Of a big: next, child, items, any, err, names, 3, 24 and 80 in arrays, and 10 in inner, text.
    const big = 1 + 1 + 1 + 2 + 2 + 1 + 3 + 24 + 80 + 10 + 1;
    const children = 17;
    // A child has its twin, each of two slices five, an hmap two, and four buckets eight values and the overflow.
    const all = COUNT * (big + children + 2 * 5 + 2 + 4 * 9);
    expect(pointersOf('heapbits').fields).toBe(all);
    // An array goes to its block's end: 48 bytes for the 40 of a slice's.
    expect(pointersOf('mtypes').fields).toBe(all + COUNT * 2);
    expect(pointersOf('none').fields).toBeGreaterThan(2 * all);
    expect(pointersOf('heapbits').pointers).toBe(pointersOf('mtypes').pointers);
  });
});
