/**
 * Reference words: what the collector of 2010 knew of a block it kept in a word for it,
 *
 *     | flags | 0 … 0 | state |
 *
 * where the state tells whether the block is handed out and, during a collection, how it was
 * found. The words of a page's blocks lie in a slot of the region of reference words, enough
 * for a page of the smallest blocks; a span of several pages goes on in the next slots:
 *
 *     word of block i of span s  =  refwords + firstPage(s) * slot + i
 *
 * In 2010 they lay at the end of the span they were for, and took room from its blocks. Here
 * the heap is shared with the other collectors, which know of no such words.
 *
 * Law: a word is 0 (RefFree) unless its block is handed out.
 *
 * Guardians: a word belongs to the P that hands its block out; then to the speciallock of
 * the span, which guards the flags; with the world stopped, to the collector.
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import { PAGE_WORDS, type Ref } from '../../../memory/address.ts';
import { BIT_SCAN, bitsShift, bitsWord } from '../../../heap/bitmap.ts';
import { SPECIAL_KIND, Special } from '../../../heap/special.ts';
import { Span, firstPage, spanOf, type SpanRef } from '../../../heap/span.ts';

/**
 * States, by the names they had. `stack` was for stack segments, to be neither scanned nor
 * freed; here stacks are no blocks of the heap, so no word ever says it.
 */
export const REF = {
  /** RefFree: not handed out. */
  free: 0,
  /** RefStack. */
  stack: 1,
  /** RefNone: handed out; no reference found. */
  none: 2,
  /** RefSome: a reference was found. */
  some: 3,
  /** RefFinalize: no reference, but a finalizer, which is due. */
  finalize: 4,
} as const;

/** RefNoPointers: not to be scanned. */
export const REF_NO_POINTERS = 0x80000000 | 0;
/** RefHasFinalizer. */
export const REF_HAS_FINALIZER = 0x40000000;
/** RefProfiled: the memory profiler has a record of it. */
export const REF_PROFILED = 0x20000000;
/** RefFlags: all of them, and room. RefNoProfiling needs none: it is malloc's flag, and malloc asks at once. */
export const REF_FLAGS = 0xffff0000 | 0;

/** Words of a page's slot: as many as it could hold blocks of 8 bytes. */
export const REFWORD_SLOT = PAGE_WORDS / 2;

const REFWORDS = CONFIG + Config.at.collectorData;
const { start: START, sizeclass: SIZECLASS, elemsize: ELEMSIZE, specials: SPECIALS } = Span.at;
const { next: NEXT, offset: OFFSET, kind: KIND } = Special.at;

/** The reference word of the first block of `s`; the others' follow. */
export function refwordsOf(m: Mem, s: SpanRef): Ref {
  return m[REFWORDS] + firstPage(m, s) * REFWORD_SLOT;
}

/** The number in `s` of the block that the word `ref` lies in. */
export function blockIndex(m: Mem, s: SpanRef, ref: Ref): number {
  return m[s + SIZECLASS] === 0 ? 0 : Math.floor((ref - m[s + START]) / (m[s + ELEMSIZE] >>> 2));
}

/** The block at `p` is handed out; its bits are set. */
export function setRefNone(m: Mem, p: Ref): void {
  const s = spanOf(m, p);
  const isNoscan = ((m[bitsWord(m, p)] >>> bitsShift(m, p)) & BIT_SCAN) === 0;
  m[refwordsOf(m, s) + blockIndex(m, s, p)] = REF.none | (isNoscan ? REF_NO_POINTERS : 0);
}

/**
 * The specials at or around byte `offset` of `s` have changed: their block's flags say so,
 * on a machine that has reference words. The span's speciallock is held, or it is being swept.
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

/** The block at `p` has been freed explicitly. */
export function setRefFree(m: Mem, p: Ref): void {
  const s = spanOf(m, p);
  m[refwordsOf(m, s) + blockIndex(m, s, p)] = REF.free;
}

/** The block at `p` has been sampled. */
export function setRefProfiled(m: Mem, p: Ref): void {
  const s = spanOf(m, p);
  m[refwordsOf(m, s) + blockIndex(m, s, p)] |= REF_PROFILED;
}
