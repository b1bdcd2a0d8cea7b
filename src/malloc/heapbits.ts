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
import { HCHAN_WORDS } from '../heap/hchan.ts';
import { Type, hasNoPointers, type TypeRef } from '../heap/type.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_WORDS = CONFIG + Config.at.ptrWords;
const PTR_BITS = CONFIG + Config.at.ptrBits;

/** The block of `bytes` bytes at `p` begins with `count` values of `type`; nothing behind them is a pointer. */
export function heapBitsSetType(m: Mem, p: Ref, bytes: number, type: TypeRef, count: number): void {
  setAll(m, p, bytes, 0);
  setValues(m, p, type, count);
}

/** The block of `bytes` bytes at `p` is a channel of `type`: behind a header without pointers, its elements. */
export function heapBitsSetChan(m: Mem, p: Ref, bytes: number, type: TypeRef): void {
  const elem = m[type + Type.at.elem];
  setAll(m, p, bytes, 0);
  // To the block's end: what lies behind the buffer is zero.
  if (!hasNoPointers(m, elem)) setValues(m, p + HCHAN_WORDS, elem, Math.floor((bytes - HCHAN_WORDS * 4) / m[elem + Type.at.size]));
}

/** Every word of the block may hold a pointer: nobody said what it is. */
export function heapBitsSetAll(m: Mem, p: Ref, bytes: number): void {
  setAll(m, p, bytes, -1);
}

/** Adds the bits of `count` values of `type` from `p` on. */
function setValues(m: Mem, p: Ref, type: TypeRef, count: number): void {
  const pw = m[PTR_WORDS];
  const first = (p - m[ARENA]) / pw;
  const size = Math.ceil(m[type + Type.at.size] / 4 / pw);
  const mask = m[type + Type.at.mask];
  for (let value = 0; value < count; value++) {
    const at = first + value * size;
    for (let i = 0; i < size; i++) {
      if (((m[mask + (i >> 5)] >>> (i & 31)) & 1) !== 0) m[m[PTR_BITS] + ((at + i) >> 5)] |= 1 << ((at + i) & 31);
    }
  }
}

/** Sets the bits of the block to those of `pattern`, 0 or -1. */
function setAll(m: Mem, p: Ref, bytes: number, pattern: number): void {
  const pw = m[PTR_WORDS];
  const bits = m[PTR_BITS];
  let i = (p - m[ARENA]) / pw;
  const end = i + (bytes >>> 2) / pw;
  while (i < end) {
    const shift = i & 31;
    const count = Math.min(32 - shift, end - i);
    const mask = (count === 32 ? -1 : (1 << count) - 1) << shift;
    const word = bits + (i >> 5);
    m[word] = (m[word] & ~mask) | (pattern & mask);
    i += count;
  }
}
