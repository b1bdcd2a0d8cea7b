/**
 * Addresses of the simulated machine. The code refers to memory by *refs*: a ref is the index
 * of a 32-bit word in `m`; 0 is nil. In the heap, a pointer of the 64-bit machine is two words:
 *
 *     low   byte offset in the buffer (ref * 4)
 *     high  0xc0, so that the address reads 0xc0_0000_0000 + offset, as in Go
 *
 * The high word distinguishes a pointer from an integer, so conservative scanning has the same
 * false positives and the same safety as in Go.
 */
import type { Mem } from './struct.ts';

/** Index of a 32-bit word in `m`; 0 is nil. */
export type Ref = number;

/** High word of every pointer on the 64-bit machine. */
export const PTR_TAG = 0xc0;

export const PAGE_SHIFT = 13;
export const PAGE_BYTES = 1 << PAGE_SHIFT;
/** log2 of the 32-bit words of a page. */
export const PAGE_WORD_SHIFT = PAGE_SHIFT - 2;
export const PAGE_WORDS = PAGE_BYTES / 4;

/**
 * Live-heap quantities (heap_alloc, next_gc, an MCache's cachealloc) count quads, units of 8
 * bytes. Every block size is a multiple of 8. A signed 32-bit word counts quads up to 16 GiB, so
 * each quantity is a single word, which atomics can change.
 */
export const QUAD_SHIFT = 3;
export const QUAD_BYTES = 1 << QUAD_SHIFT;

/** Stores the pointer `ref`, 0 for nil, at `slot` on the 64-bit machine. */
export function storePointer(m: Mem, slot: Ref, ref: Ref): void {
  // The tag is written first, and nil keeps it: so racing writers never leave a pointer
  // without its tag, which the collector would take for an integer.
  if (ref !== 0) m[slot + 1] = PTR_TAG;
  m[slot] = ref << 2;
}

/** Returns the pointer at `slot` on the 64-bit machine, 0 for nil. */
export function loadPointer(m: Mem, slot: Ref): Ref {
  return m[slot] >>> 2;
}

/** Formats `ref` as Go prints a pointer: `0xc000012340`, or `nil`. */
export function formatAddress(ref: Ref): string {
  return ref === 0 ? 'nil' : `0xc0${(ref * 4).toString(16).padStart(8, '0')}`;
}
