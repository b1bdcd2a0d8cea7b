import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GrowableBytes } from '../../../src/workloads/heaps/growable-bytes.ts';

test('pieces lie one after the other, none of them cut', () => {
  const lengths = fc.array(fc.oneof(fc.nat(100), fc.nat(70_000)), { maxLength: 40 });
  fc.assert(fc.property(lengths, (all) => {
    const bytes = new GrowableBytes();
    const pieces = all.map((length, n) => Buffer.alloc(length + 2, n + 1));
    // The neighbours of a piece in its buffer are not kept.
    for (const piece of pieces) bytes.push(piece, 1, piece.length - 1);
    const chunks = [...bytes.finish()];
    for (const [n, length] of all.entries()) {
      if (length === 0) continue;
      if (chunks[0].length === 0) chunks.shift();
      expect(Buffer.from(chunks[0].subarray(0, length)).equals(Buffer.alloc(length, n + 1))).toBe(true);
      chunks[0] = chunks[0].subarray(length);
    }
    expect(chunks.reduce((sum, chunk) => sum + chunk.length, 0)).toBe(0);
    expect(bytes.finish()).toEqual([]);
  }), { numRuns: 50 });
});
