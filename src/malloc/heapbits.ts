/**
 * Pointer bits: with --types heapbits, one bit for each heap word is set if the word may hold a
 * pointer. Allocation writes them, as heapBitsSetType of Go 1.5. They are in a region of their
 * own: in the heap's bitmap the bits beside the marks belong to the span's owner.
 *
 * Guardian: as the block's memory: the M that allocates it, then the collector.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { Type, type TypeRef } from '../heap/type.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_WORDS = CONFIG + Config.at.ptrWords;
const PTR_BITS = CONFIG + Config.at.ptrBits;

/**
 * Sets the pointer bits of the block of `bytes` bytes at `p`: `skip` 32-bit words without
 * pointers, then `count` values of `type`, then no more pointers.
 */
export function heapBitsSetType(m: Mem, p: Ref, bytes: number, skip: number, type: TypeRef, count: number): void {
  const pw = m[PTR_WORDS];
  const first = (p - m[ARENA]) / pw;
  const words = (bytes >>> 2) / pw;
  setBits(m, first, words, 0);
  const size = Math.ceil(m[type + Type.at.size] / 4 / pw);
  const mask = m[type + Type.at.mask];
  for (let value = 0; value < count; value++) {
    const at = first + skip / pw + value * size;
    for (let i = 0; i < size; i++) {
      if (((m[mask + (i >> 5)] >>> (i & 31)) & 1) !== 0) m[m[PTR_BITS] + ((at + i) >> 5)] |= 1 << ((at + i) & 31);
    }
  }
}

/** Sets the pointer bits of a block of unknown type: every word may hold a pointer. */
export function heapBitsSetAll(m: Mem, p: Ref, bytes: number): void {
  const pw = m[PTR_WORDS];
  setBits(m, (p - m[ARENA]) / pw, (bytes >>> 2) / pw, -1);
}

/** Sets the `n` bits from bit `first` to `pattern`: 0 or -1. */
function setBits(m: Mem, first: number, n: number, pattern: number): void {
  const bits = m[PTR_BITS];
  let i = first;
  const end = first + n;
  while (i < end) {
    const shift = i & 31;
    const count = Math.min(32 - shift, end - i);
    const mask = (count === 32 ? -1 : (1 << count) - 1) << shift;
    const word = bits + (i >> 5);
    m[word] = (m[word] & ~mask) | (pattern & mask);
    i += count;
  }
}
