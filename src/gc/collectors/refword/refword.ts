/**
 * Reference words: the collector of 2010 keeps one word for each block,
 *
 *     | flags | 0 … 0 | state |
 *
 * The state says whether the block is allocated and, during a collection, whether a reference
 * to it was found. Each page has a slot in the region of reference words, large enough for a
 * page of the smallest blocks; the words of a longer span continue in the next slots:
 *
 *     word of block i of span s  =  refwords + firstPage(s) * slot + i
 *
 * In 2010 the words were at the end of their span and took room from its blocks. Here the span
 * layout is shared with the other collectors, which have no such words.
 *
 * Invariant: a word is 0 (RefFree) unless its block is allocated.
 *
 * Guardians: the P that allocates the block; then the span's speciallock, for the flags; with
 * the world stopped, the collector.
 *
 * Source: malloc.h and mgc0.c of 2010.
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import { PAGE_WORDS, type Ref } from '../../../memory/address.ts';
import { BIT_SCAN, bitsShift, bitsWord } from '../../../heap/bitmap.ts';
import { SPECIAL_KIND, Special } from '../../../heap/special.ts';
import { Span, firstPage, spanOf, type SpanRef } from '../../../heap/span.ts';

/**
 * States, under their names of 2010. `stack` was for stack segments, neither scanned nor
 * freed; here stacks are not blocks of the heap, so no word has that state.
 */
export const REF = {
  /** RefFree: not allocated. */
  free: 0,
  /** RefStack. */
  stack: 1,
  /** RefNone: allocated; no reference found. */
  none: 2,
  /** RefSome: a reference was found. */
  some: 3,
  /** RefFinalize: no reference found, and a finalizer is due. */
  finalize: 4,
} as const;

/** RefNoPointers: not to be scanned. */
export const REF_NO_POINTERS = 0x80000000 | 0;
/** RefHasFinalizer. */
export const REF_HAS_FINALIZER = 0x40000000;
/** RefProfiled: the memory profiler has a record of it. */
export const REF_PROFILED = 0x20000000;
/** RefFlags: all flags, and room for more. RefNoProfiling has none: malloc checks its own flag at once. */
export const REF_FLAGS = 0xffff0000 | 0;

/** Words of a page's slot: the number of 8-byte blocks in a page. */
export const REFWORD_SLOT = PAGE_WORDS / 2;

const REFWORDS = CONFIG + Config.at.collectorData;
const { start: START, sizeclass: SIZECLASS, elemsize: ELEMSIZE, specials: SPECIALS } = Span.at;
const { next: NEXT, offset: OFFSET, kind: KIND } = Special.at;

/** Returns the ref of the reference word of the first block of `s`; the words of the others follow. */
export function refwordsOf(m: Mem, s: SpanRef): Ref {
  return m[REFWORDS] + firstPage(m, s) * REFWORD_SLOT;
}

/** Returns the number, in `s`, of the block that contains the word `ref`. */
export function blockIndex(m: Mem, s: SpanRef, ref: Ref): number {
  return m[s + SIZECLASS] === 0 ? 0 : Math.floor((ref - m[s + START]) / (m[s + ELEMSIZE] >>> 2));
}

/** Sets the word of the newly allocated block at `p`. Precondition: the block's bits in the bitmap are set. */
export function setRefNone(m: Mem, p: Ref): void {
  const s = spanOf(m, p);
  const isNoscan = ((m[bitsWord(m, p)] >>> bitsShift(m, p)) & BIT_SCAN) === 0;
  m[refwordsOf(m, s) + blockIndex(m, s, p)] = REF.none | (isNoscan ? REF_NO_POINTERS : 0);
}

/**
 * Updates the flags of the block at byte `offset` of `s` after a change of its specials, if the
 * machine has reference words. Precondition: the span's speciallock is held, or the caller
 * sweeps the span.
 */
export function refreshRefFlags(m: Mem, s: SpanRef, offset: number): void {
  const block = blockIndex(m, s, m[s + START] + (offset >>> 2));
  let flags = 0;
  for (let x = m[s + SPECIALS]; x !== 0; x = m[x + NEXT]) {
    if (blockIndex(m, s, m[s + START] + (m[x + OFFSET] >>> 2)) !== block) continue;
    if (m[x + KIND] === SPECIAL_KIND.finalizer) flags = REF_HAS_FINALIZER;
  }
  const word = refwordsOf(m, s) + block;
  m[word] = (m[word] & ~REF_HAS_FINALIZER) | flags;
}

/** Clears the word of the explicitly freed block at `p`. */
export function setRefFree(m: Mem, p: Ref): void {
  const s = spanOf(m, p);
  m[refwordsOf(m, s) + blockIndex(m, s, p)] = REF.free;
}

/** Flags the block at `p` as sampled by the profiler. */
export function setRefProfiled(m: Mem, p: Ref): void {
  const s = spanOf(m, p);
  m[refwordsOf(m, s) + blockIndex(m, s, p)] |= REF_PROFILED;
}
