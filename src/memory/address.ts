/**
 * Addresses of the simulated machine. The code refers to memory by *refs*: a ref is the index
 * of a 32-bit word in `m`; 0 is nil. In the heap, a pointer of the 64-bit machine is two words:
 *
 *     low   byte offset in the buffer (ref * 4)
 *     high  0xc0, so that the address reads 0xc0_0000_0000 + offset, as in Go
 *
 * The high word distinguishes a pointer from an integer, so conservative scanning has the same
 * false positives and the same safety as in Go.
 *
 * On a machine of more than 4 GB the offset has 33 bits. Its pointers are rotated by one bit:
 *
 *     low   byte offset / 2
 *     high  0xc0 + the lowest bit of the offset
 *
 * So the low word alone says on either machine where a pointer leads to, and one 32-bit access reads,
 * stores or exchanges it. The word `ptrShift` of the machine's constants says which of the two it is: it
 * is log2 of the units of a low word in a 32-bit word, 2 or 1.
 *
 * Reading and writing them is in pointer.ts.
 *
 * Programs name a byte by its *byte address*, the offset in the buffer. Below 4 GB it may also come as
 * the signed 32-bit integer that a low word is.
 */
/** Index of a 32-bit word in `m`; 0 is nil. */
export type Ref = number;

/** Low word of a pointer, as a signed 32-bit integer; 0 is nil. */
export type Low = number;

/** High word of every pointer on the 64-bit machine. Above 4 GB it is one more for an odd byte. */
export const PTR_TAG = 0xc0;

/** ptrShift of a machine of at most 4 GB, and of a larger one. */
export const SMALL_SHIFT = 2;
export const LARGE_SHIFT = 1;

const TWO_32 = 2 ** 32;

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

/** Returns a byte address as a number from 0. */
export function offsetOf(address: number): number {
  return address < 0 ? address + TWO_32 : address;
}

/** Returns the 32-bit word that the byte at `address` belongs to. */
export function wordAt(address: number): Ref {
  return address < TWO_32 ? address >>> 2 : Math.floor(address / 4);
}

/** Formats `ref` as Go prints a pointer: `0xc000012340`, or `nil`. */
export function formatAddress(ref: Ref): string {
  return ref === 0 ? 'nil' : `0x${(PTR_TAG * TWO_32 + ref * 4).toString(16)}`;
}
