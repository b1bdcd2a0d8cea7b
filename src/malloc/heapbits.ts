/**
 * Pointer bits: with --types heapbits, a bit for each heap word says whether it may hold a
 * pointer, as heapBitsSetType of Go 1.5 writes them when it allocates. They lie in a region
 * of their own: in the heap's bitmap every bit beside the marks belongs to the sweeper.
 *
 * Guardian: as the block's memory: who has just been handed it, then the collector.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { Type, type TypeRef } from '../heap/type.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_WORDS = CONFIG + Config.at.ptrWords;
const PTR_BITS = CONFIG + Config.at.ptrBits;

/**
 * In the block of `bytes` bytes at `p`, after `skip` 32-bit words without pointers, there are
 * `count` values of `type`; nothing behind them is a pointer.
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

/** Every word of the block may hold a pointer: nobody said what it is. */
export function heapBitsSetAll(m: Mem, p: Ref, bytes: number): void {
  const pw = m[PTR_WORDS];
  setBits(m, (p - m[ARENA]) / pw, (bytes >>> 2) / pw, -1);
}

/** Sets `n` bits from bit `first` on to those of `pattern`, 0 or -1. */
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
