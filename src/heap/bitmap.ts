/**
 * The bitmap: four bits for each word of the heap, in words of 64 bits that cover 16 heap
 * words and grow down from the arena's start. A bitmap word's bits are grouped by type:
 *
 *     high word:  | 0000 mark 15-12 | 0000 mark 11-8 | 0000 mark 7-4 | 0000 mark 3-0 |
 *     low word:   | scan 15-0                        | allocated 15-0               |
 *
 * `allocated` says that a block starts there; with it, `scan` says that the block may hold
 * pointers. Without it, the same bit is a block boundary (an object the collector must not
 * touch). The marks lie apart from the rest, so that a 32-bit CAS marks without touching
 * what the owner of a span changes plainly. They are spread over the four bytes of their
 * word, a byte for four heap words (the room that Go kept for bitSpecial, which specials per
 * span made idle): blocks of 32 bytes and more then never share a byte, and a plain store of
 * a byte marks them as well.
 *
 * Guardians: the low half belongs to the span's owner; the high half to the markers, by
 * atomics when there are several, and to the sweeper of the span afterwards. Spans start on
 * pages, so no bitmap word is shared by two spans.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';

/** In the low word, shifted by the heap word's number in its group. */
export const BIT_ALLOCATED = 1;
export const BIT_SCAN = 1 << 16;
/** In the high word, shifted by markShift. */
export const BIT_MARKED = 1;

/** log2 of the heap words that share a bitmap word. */
export const GROUP_SHIFT = 4;
export const GROUP_MASK = 15;

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_WORDS = CONFIG + Config.at.ptrWords;

// Local names: V8 folds these, and not what is exported.
const ALLOCATED = BIT_ALLOCATED;
const SCAN = BIT_SCAN;
const MARKED = BIT_MARKED;
const GROUP = GROUP_SHIFT;
const IN_GROUP = GROUP_MASK;

/**
 * Heap words that a word of the machine covers at four bits each: 16 and 8, as Go's bitmap
 * words do. The bitmap has the size that follows; only its words lie in groups of 16 on both
 * machines, or a 32-bit CAS that marks would touch what the span's owner changes plainly.
 */
export function wordsPerBitmapWord(m: Mem): number {
  return m[PTR_WORDS] * 8;
}

/** The bitmap's low word for the heap word at `ref`; its high word follows. */
export function bitsWord(m: Mem, ref: Ref): Ref {
  const group = (ref - m[ARENA]) >> (GROUP + m[PTR_WORDS] - 1);
  return m[ARENA] - (group << 1) - 2;
}

/** How far the mark of the group's heap word `shift` is shifted in the high word. */
export function markShift(shift: number): number {
  return shift + (shift & 12);
}

/** The number of the heap word at `ref` in its group: how far its bits are shifted. */
export function bitsShift(m: Mem, ref: Ref): number {
  return ((ref - m[ARENA]) >> (m[PTR_WORDS] - 1)) & IN_GROUP;
}

/** Go's markscan: the block at `ref` may hold pointers. Its span is the caller's. */
export function markScan(m: Mem, ref: Ref): void {
  const off = ref - m[ARENA];
  const w = m[PTR_WORDS] - 1;
  m[m[ARENA] - ((off >> (GROUP + w)) << 1) - 2] |= SCAN << ((off >> w) & IN_GROUP);
}

/** Is the block at `ref` to be scanned? */
export function isScan(m: Mem, ref: Ref): boolean {
  return ((m[bitsWord(m, ref)] >>> bitsShift(m, ref)) & SCAN) !== 0;
}

/** Go's marknogc: keeps a block's start findable but lets the collector leave it alone. */
export function markNoGC(m: Mem, ref: Ref): void {
  const b = bitsWord(m, ref);
  const shift = bitsShift(m, ref);
  m[b] = (m[b] & ~(ALLOCATED << shift)) | (SCAN << shift);
}

/** Go's markfreed: an explicitly freed block stays a block, with nothing to scan and no mark. */
export function markFreed(m: Mem, ref: Ref): void {
  const b = bitsWord(m, ref);
  const shift = bitsShift(m, ref);
  m[b] = (m[b] & ~(SCAN << shift)) | (ALLOCATED << shift);
  m[b + 1] &= ~(MARKED << markShift(shift));
}

/**
 * Go's markspan: `n` blocks of `size` bytes start at `start`; with `leftover`, a boundary
 * just past the last is marked too. The span is the caller's and its bits are clear.
 */
export function markSpan(m: Mem, start: Ref, size: number, n: number, leftover: boolean): void {
  const arena = m[ARENA];
  const wordShift = m[PTR_WORDS] - 1;
  const step = size >> 2;
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

/** markSpan where blocks of `every` heap words fill each group in the same way. */
function markEvenSpan(m: Mem, start: Ref, words: number, every: number): void {
  let bits = 0;
  for (let shift = 0; shift <= IN_GROUP; shift += every) bits |= ALLOCATED << shift;
  const top = bitsWord(m, start);
  const groups = words >> (GROUP + m[PTR_WORDS] - 1);
  for (let b = top; b > top - 2 * groups; b -= 2) m[b] = bits;
}

/** Go's unmarkspan: clears all bits of `bytes` bytes from `start`, whole pages of the caller's. */
export function unmarkSpan(m: Mem, start: Ref, bytes: number): void {
  const top = bitsWord(m, start) + 2;
  const words = (bytes >> 2 >> (GROUP + m[PTR_WORDS] - 1)) << 1;
  m.fill(0, top - words, top);
}
