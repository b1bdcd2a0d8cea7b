/**
 * The bitmap: four bits for each word of the heap, in words of 64 bits that cover 16 heap
 * words and grow down from the arena's start. A bitmap word's bits are grouped by type:
 *
 *     high word:  | 0000 mark 15-12 | 0000 mark 11-8 | 0000 mark 7-4 | 0000 mark 3-0 |
 *     low word:   | scan 15-0                        | allocated 15-0               |
 *
 * `allocated`: a block starts at that word. With it, `scan`: the block may hold pointers.
 * Without it, the scan bit is a block boundary (an object that the collector must not touch).
 *
 * The marks are in a word of their own, so that a 32-bit CAS marks a block without touching
 * the bits that the span's owner writes plainly. They are spread over the word's four bytes, a
 * byte for four heap words, in the room of Go's bitSpecial, which is unused since specials are
 * kept per span. With `--policy spans` that room holds scan bits (gc/spans/state.ts). Blocks of 32 bytes and more never share a byte, so a plain store of a byte
 * can mark them.
 *
 * Guardians: the low half belongs to the span's owner. The high half belongs to the marking
 * Ms, by atomics if there are several, and to the span's sweeper afterwards. Spans start on
 * pages, so no two spans share a bitmap word.
 *
 * Source: mgc0.c and malloc.h of Go 1.3, with the marks moved apart.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { PAGE_WORD_SHIFT, type Ref } from '../memory/address.ts';

/** A bit of the low word, shifted left by the heap word's number in its group. */
export const BIT_ALLOCATED = 1;
export const BIT_SCAN = 1 << 16;
/** A bit of the high word, shifted left by markShift. */
export const BIT_MARKED = 1;

/** Log2 of the heap words that share a bitmap word. */
export const GROUP_SHIFT = 4;
export const GROUP_MASK = 15;

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_WORDS = CONFIG + Config.at.ptrWords;

// Local names: V8 folds these, and not what is exported.
const ALLOCATED = BIT_ALLOCATED;
const SCAN = BIT_SCAN;
const MARKED = BIT_MARKED;
const GROUP = GROUP_SHIFT;
const PAGE = PAGE_WORD_SHIFT;
const IN_GROUP = GROUP_MASK;

/**
 * Returns the heap words that one machine word of bitmap covers, at four bits each: 16 on the
 * 64-bit machine, 8 on the 32-bit one, as in Go. This determines the bitmap's size. The layout
 * has groups of 16 heap words on both machines: with 8, marks and allocation bits would share a
 * 32-bit word.
 */
export function wordsPerBitmapWord(m: Mem): number {
  return m[PTR_WORDS] * 8;
}

/** Returns the ref of the bitmap's low word for the heap word at `ref`; the high word follows it. */
export function bitsWord(m: Mem, ref: Ref): Ref {
  const group = (ref - m[ARENA]) >> (GROUP + m[PTR_WORDS] - 1);
  return m[ARENA] - (group << 1) - 2;
}

/** Returns the position, in the high word, of the mark of heap word number `shift` of its group. */
export function markShift(shift: number): number {
  return shift + (shift & 12);
}

/** Returns the number of the heap word at `ref` in its group: the position of its bits in the low word. */
export function bitsShift(m: Mem, ref: Ref): number {
  return ((ref - m[ARENA]) >> (m[PTR_WORDS] - 1)) & IN_GROUP;
}

/** Sets the scan bit of the block at `ref`. Precondition: the caller owns the span. Go's markscan. */
export function markScan(m: Mem, ref: Ref): void {
  const off = ref - m[ARENA];
  const w = m[PTR_WORDS] - 1;
  m[m[ARENA] - ((off >> (GROUP + w)) << 1) - 2] |= SCAN << ((off >> w) & IN_GROUP);
}

/** Does the block at `ref` have a scan bit? */
export function isScan(m: Mem, ref: Ref): boolean {
  return ((m[bitsWord(m, ref)] >>> bitsShift(m, ref)) & SCAN) !== 0;
}

/** Turns the start of the block at `ref` into a boundary: lookups find it, the collector ignores it. Go's marknogc. */
export function markNoGC(m: Mem, ref: Ref): void {
  const b = bitsWord(m, ref);
  const shift = bitsShift(m, ref);
  m[b] = (m[b] & ~(ALLOCATED << shift)) | (SCAN << shift);
}

/** Clears the scan bit and the mark of the explicitly freed block at `ref`; it stays a block. Go's markfreed. */
export function markFreed(m: Mem, ref: Ref): void {
  const b = bitsWord(m, ref);
  const shift = bitsShift(m, ref);
  m[b] = (m[b] & ~(SCAN << shift)) | (ALLOCATED << shift);
  m[b + 1] &= ~(MARKED << markShift(shift));
}

/**
 * Sets the allocated bits of `n` blocks of `size` bytes from `start` and, with `leftover`, one
 * just past the last as a boundary. Preconditions: the caller owns the span, and its bits are
 * clear. Go's markspan.
 */
export function markSpan(m: Mem, start: Ref, size: number, n: number, leftover: boolean): void {
  const arena = m[ARENA];
  const wordShift = m[PTR_WORDS] - 1;
  const step = size >>> 2;
  const groupWords = 1 << (GROUP + wordShift);
  if (groupWords % step === 0 && (n * step) % groupWords === 0 && !leftover) {
    markEvenSpan(m, start, n * step, step >> wordShift);
    return;
  }
  const end = start - arena + (leftover ? n + 1 : n) * step;
  let group = -1;
  let bits = 0;
  for (let off = start - arena; off < end; off += step) {
    const next = off >> (GROUP + wordShift);
    if (next !== group) {
      if (group >= 0) m[arena - (group << 1) - 2] = bits;
      group = next;
      bits = 0;
    }
    bits |= ALLOCATED << ((off >> wordShift) & IN_GROUP);
  }
  if (group >= 0) m[arena - (group << 1) - 2] = bits;
}

/** Does markSpan for blocks of `every` heap words, of which a group holds a whole number. */
function markEvenSpan(m: Mem, start: Ref, words: number, every: number): void {
  let bits = 0;
  for (let shift = 0; shift <= IN_GROUP; shift += every) bits |= ALLOCATED << shift;
  const top = bitsWord(m, start);
  const groups = words >> (GROUP + m[PTR_WORDS] - 1);
  for (let b = top; b > top - 2 * groups; b -= 2) m[b] = bits;
}

/** Clears all bits of the `bytes` bytes (whole pages) from `start`. Precondition: the caller owns the pages. Go's unmarkspan. */
export function unmarkSpan(m: Mem, start: Ref, bytes: number): void {
  const top = bitsWord(m, start) + 2;
  const words = (bytes >>> 2 >> (GROUP + m[PTR_WORDS] - 1)) << 1;
  m.fill(0, top - words, top);
}

/** Clears the marks of `npages` pages from `start`, and no other bit. Precondition: no M marks or sweeps. */
export function clearMarks(m: Mem, start: Ref, npages: number): void {
  const top = bitsWord(m, start);
  const groups = (npages << PAGE) >> (GROUP + m[PTR_WORDS] - 1);
  for (let b = top; b > top - 2 * groups; b -= 2) m[b + 1] = 0;
}
