/**
 * The inner part of span-based marking.
 *
 *   1. Take an object of the workbuf; if there is none, the oldest span of the queue.
 *   2. Release the span (claim.ts). If one block was marked since it was queued, scan that block.
 *      Otherwise scan all blocks that are marked and have no scan bit, in the order of their
 *      addresses, and set their scan bits.
 *   3. Buffer the pointers found. When the buffer is full, or no work is left, mark their targets
 *      (mark.ts).
 *   4. Return when no work is left, or after so many objects and spans.
 *
 * It uses only integers, locals and words of the memory, so that src/compiled can compile it to
 * WebAssembly. It also runs as JavaScript. Source: scanSpan of Go 1.25.
 */
import type { Mem } from '../../memory/struct.ts';
import { fatal } from '../../base/fatal.ts';
import { CONFIG, Config } from '../../memory/config.ts';
import { PAGE_WORD_SHIFT, type Low, type Ref } from '../../memory/address.ts';
import type { MRef } from '../../machine/m.ts';
import { BIT_SCAN } from '../../heap/bitmap.ts';
import { ARENA_USED } from '../../malloc/mheap.ts';
import { pointsIntoHeap } from '../heap-pointer.ts';
import { lowestBit } from '../scan-heapbits.ts';
import { ScanBuf } from '../scanbuf.ts';
import { objAt } from '../work.ts';
import { releaseSpan } from './claim.ts';
import { countSpan } from './count.ts';
import { markFound } from './mark.ts';
import { takeSpan } from './queue.ts';
import { BLOCK_SHIFT, QUEUED, QUEUED_MASK, SCAN_WORDS_SHIFT, queueOf } from './state.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_SHIFT = CONFIG + Config.at.ptrShift;
const PTRBUF_CAP = CONFIG + Config.at.ptrBufCap;
const PAGE_STATES = CONFIG + Config.at.pageStates;
const SCAN_BITS = CONFIG + Config.at.scanBits;
const { wbuf: WBUF, nobj: NOBJ, ptr: PTR, scanned: SCANNED } = ScanBuf.at;

// Local names: V8 folds these, and not those of another module.
const ARENA_END = ARENA_USED;
const PAGE = PAGE_WORD_SHIFT;
const SCAN = BIT_SCAN;
const ONE = QUEUED.one;
const QUEUE_BITS = QUEUED_MASK;
const SIZE_SHIFT = BLOCK_SHIFT;
const WORDS_SHIFT = SCAN_WORDS_SHIFT;
/** The bits of one group of 16 heap words in a word of marks; those of the next group fill the gaps. */
const GROUP_BITS = 0x0f0f0f0f;
/** Words of a group. */
const GROUP_WORDS = 32;
/** Objects and spans in one call, about: a long loop stays in the code that V8 made before it optimised. */
const RUN = 64;

/**
 * Scans the objects of the workbuf of `sb`, the spans of its M's queue, and what they lead to.
 * @param alone no other M marks
 */
export function scanSpans(m: Mem, mp: MRef, sb: Ref, alone: boolean): void {
  const q = queueOf(m, mp);
  const ptrs = (sb + PTR) | 0;
  const arenaLow = m[ARENA] << m[PTR_SHIFT];
  const used = ((m[ARENA_END] << m[PTR_SHIFT]) - arenaLow) | 0;
  let pos = ptrs;
  m[sb + SCANNED] = 0;
  for (let left = RUN; left !== 0; left = (left - 1) | 0) {
    const nobj = m[sb + NOBJ];
    let obj = 0;
    let words = 0;
    if (nobj !== 0) {
      const entry = objAt(m[sb + WBUF], (nobj - 1) | 0) | 0;
      m[sb + NOBJ] = (nobj - 1) | 0;
      obj = m[entry];
      words = m[(entry + 1) | 0];
    } else {
      obj = takeSpan(m, q, alone) | 0;
      if (obj === 0) {
        if (pos === ptrs) return;
        markFound(m, mp, sb, q, pos, alone);
        pos = ptrs;
        continue;
      }
    }
    // An object of 0 words stands for a span that did not fit into a queue.
    if (words !== 0) {
      m[sb + SCANNED] = (m[sb + SCANNED] + words) | 0;
      pos = scanOne(m, mp, sb, q, pos, obj, words, arenaLow, used, alone) | 0;
    } else {
      pos = scanSpan(m, mp, sb, q, pos, obj, arenaLow, used, alone) | 0;
    }
  }
  markFound(m, mp, sb, q, pos, alone);
}

/**
 * Buffers the pointers of the `words` words at `b`, and marks their targets whenever the buffer is full.
 * @param position where the next pointer is buffered
 * @param arenaLow low word of a pointer to the arena's start
 * @param used size of the used arena, in the units of a low word
 * @returns where the next one is then
 */
function scanOne(m: Mem, mp: MRef, sb: Ref, q: Ref, position: Ref, b: Ref, words: number, arenaLow: Low, used: number, alone: boolean): Ref {
  const ptrsEnd = (sb + PTR + m[PTRBUF_CAP] * 2) | 0;
  let end = (b + words) | 0;
  let pos = position | 0;
  // Most objects hold their pointers first: skip the pointer-free end four words at a time.
  while (((end - 4) | 0) >= b && (m[(end - 1) | 0] | m[(end - 3) | 0]) === 0) end = (end - 4) | 0;
  for (let i = b | 0; i < end; i = (i + 2) | 0) {
    if (!pointsIntoHeap(m, i, arenaLow, used, 2)) continue;
    m[pos] = m[i];
    pos = (pos + 2) | 0;
    if (pos !== ptrsEnd) continue;
    markFound(m, mp, sb, q, pos, alone);
    pos = (sb + PTR) | 0;
  }
  return pos;
}

/**
 * Scans the span in which `obj` was marked first since it was queued; the other parameters are as of scanOne.
 * @param position where the next pointer is buffered
 * @returns where the next one is then
 */
function scanSpan(m: Mem, mp: MRef, sb: Ref, q: Ref, position: Ref, obj: Ref, arenaLow: Low, used: number, alone: boolean): Ref {
  const at = (obj - m[ARENA]) | 0;
  const page = at >> PAGE;
  const state = releaseSpan(m, (m[PAGE_STATES] + page) | 0, alone) | 0;
  if ((state & QUEUE_BITS) === 0) fatal('SPAN_QUEUED_TWICE', { page, obj });
  const words = state >>> SIZE_SHIFT;
  if ((state & QUEUE_BITS) === ONE) {
    // Two groups of heap words share a word of scan bits.
    const shift = (at >> 1) & 15;
    const bit = 1 << (shift + (shift & 12) + ((at >> 3) & 4));
    countSpan(m, mp, 1);
    if (setScanned(m, (m[SCAN_BITS] + (at >> 6)) | 0, bit, alone) === 0) return position;
    m[sb + SCANNED] = (m[sb + SCANNED] + words) | 0;
    return scanOne(m, mp, sb, q, position, obj, words, arenaLow, used, alone);
  }
  return scanMarked(m, mp, sb, q, position, page, words, arenaLow, used, alone);
}

/**
 * Scans the blocks of `words` words on `page` that are marked and not scanned yet.
 * @param position where the next pointer is buffered
 * @returns where the next one is then
 */
function scanMarked(m: Mem, mp: MRef, sb: Ref, q: Ref, position: Ref, page: number, words: number, arenaLow: Low, used: number, alone: boolean): Ref {
  const arena = m[ARENA];
  const first = (m[SCAN_BITS] + (page << WORDS_SHIFT)) | 0;
  const last = (first + (1 << WORDS_SHIFT)) | 0;
  // The bitmap's high word of the page's first group; it grows down.
  let high = (arena - 1 - (page << (WORDS_SHIFT + 2))) | 0;
  let start = (arena + (page << PAGE)) | 0;
  let pos = position | 0;
  let objects = 0;
  for (let word = first; word !== last; word = (word + 1) | 0) {
    const fresh = marksOfTwo(m, high, alone) & ~(alone ? m[word] : Atomics.load(m, word));
    if (fresh !== 0) {
      const mine = setScanned(m, word, fresh, alone) | 0;
      let bits = mine & GROUP_BITS;
      let base = start;
      let starts = m[(high - 1) | 0];
      for (let group = 0; group < 2; group = (group + 1) | 0) {
        while (bits !== 0) {
          const place = lowestBit(bits);
          bits = bits & (bits - 1);
          const shift = (place - ((place >> 3) << 2)) | 0;
          // A block without pointers.
          if (((starts >>> shift) & SCAN) === 0) continue;
          objects = (objects + 1) | 0;
          pos = scanOne(m, mp, sb, q, pos, (base + (shift << 1)) | 0, words, arenaLow, used, alone) | 0;
        }
        bits = (mine >>> 4) & GROUP_BITS;
        base = (start + GROUP_WORDS) | 0;
        starts = m[(high - 3) | 0];
      }
    }
    high = (high - 4) | 0;
    start = (start + 2 * GROUP_WORDS) | 0;
  }
  m[sb + SCANNED] = (m[sb + SCANNED] + Math.imul(objects, words)) | 0;
  countSpan(m, mp, objects);
  return pos;
}

/** The marks of the two groups whose high words are at `high` and before it, in the form of scan bits. */
function marksOfTwo(m: Mem, high: Ref, alone: boolean): number {
  if (alone) return m[high] | (m[(high - 2) | 0] << 4);
  // No racy load: it must not be moved before the span's release.
  return Atomics.load(m, high) | (Atomics.load(m, (high - 2) | 0) << 4);
}

/** Sets scan bits, `bits` of the word at `at`. Returns those that this M has set: another one may scan the same span. */
function setScanned(m: Mem, at: Ref, bits: number, alone: boolean): number {
  if (!alone) return bits & ~Atomics.or(m, at, bits);
  const before = m[at];
  m[at] = before | bits;
  return bits & ~before;
}
