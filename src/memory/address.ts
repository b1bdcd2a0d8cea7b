/**
 * Addresses of the simulated machine. Inside the code everything is a *ref*: the index of
 * a 32-bit word in `m`; 0 is nil. In the heap a pointer of the 64-bit machine is two words:
 *
 *     low   byte offset in the buffer (ref * 4)
 *     high  0xc0, so that the address reads 0xc0_0000_0000 + offset, as Go's did
 *
 * The high word is what tells a pointer from an integer, so conservative scanning has the
 * false positives and the safety that Go's had.
 */
import type { Mem } from './struct.ts';

/** Index of a 32-bit word in `m`; 0 is nil. */
export type Ref = number;

/** High word of every pointer on the 64-bit machine. */
export const PTR_TAG = 0xc0;

export const PAGE_SHIFT = 13;
export const PAGE_BYTES = 1 << PAGE_SHIFT;
/** log2 of a page's 32-bit words. */
export const PAGE_WORD_SHIFT = PAGE_SHIFT - 2;
export const PAGE_WORDS = PAGE_BYTES / 4;

/**
 * Live-heap quantities (heap_alloc, next_gc, an MCache's cachealloc) are kept in units of 8
 * bytes, "quads": every block size is a multiple of 8, and a signed 32-bit word then counts
 * 16 GiB, so they stay single words that atomics can change.
 */
export const QUAD_SHIFT = 3;
export const QUAD_BYTES = 1 << QUAD_SHIFT;

/** Stores the pointer `ref` (0 for nil) at `slot` of the 64-bit machine. */
export function storePointer(m: Mem, slot: Ref, ref: Ref): void {
  // The tag is written first and survives nil: a racing writer can then never leave a
  // pointer without its tag, which the collector would take for an integer.
  if (ref !== 0) m[slot + 1] = PTR_TAG;
  m[slot] = ref << 2;
}

/** The pointer at `slot` of the 64-bit machine, 0 for nil. */
export function loadPointer(m: Mem, slot: Ref): Ref {
  return m[slot] >>> 2;
}

/** `0xc000012340`, for people. */
export function formatAddress(ref: Ref): string {
  return ref === 0 ? 'nil' : `0xc0${(ref * 4).toString(16).padStart(8, '0')}`;
}
