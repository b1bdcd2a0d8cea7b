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
import { BIT_ALLOCATED, BIT_MARKED, BIT_SCAN, GROUP_MASK } from '../../heap/bitmap.ts';
import { ARENA_USED } from '../../malloc/mheap.ts';
import { pointsIntoHeap } from '../heap-pointer.ts';
import { setMark } from '../mark.ts';
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
const { wbuf: WBUF, nobj: NOBJ, ptr: PTR, scanned: SCANNED, marked: MARKED } = ScanBuf.at;

// Local names: V8 folds these, and not those of another module.
const ARENA_END = ARENA_USED;
const PAGE = PAGE_WORD_SHIFT;
const SCAN = BIT_SCAN;
const ONE = QUEUED.one;
const QUEUE_BITS = QUEUED_MASK;
const SIZE_SHIFT = BLOCK_SHIFT;
const WORDS_SHIFT = SCAN_WORDS_SHIFT;
const WORDS = 1 << SCAN_WORDS_SHIFT;
const WORDS_MASK = WORDS - 1;
const ALLOCATED = BIT_ALLOCATED;
const MARKED_BIT = BIT_MARKED;
const IN_GROUP = GROUP_MASK;
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
  if ((state & QUEUE_BITS) !== ONE) return scanMarked(m, mp, sb, q, position, page, 0, -1, words, arenaLow, used, alone);
  // Two groups of heap words share a word of scan bits.
  const shift = (at >> 1) & 15;
  const bit = 1 << (shift + (shift & 12) + ((at >> 3) & 4));
  return scanMarked(m, mp, sb, q, position, page, (at >> 6) & WORDS_MASK, bit, words, arenaLow, used, alone);
}

/**
 * Scans the blocks of `words` words on `page` that are marked and not scanned yet, and those that they lead to on the page.
 *
 *   1. Go through the words of scan bits. Scan the blocks that are fresh in a word, until it has none left.
 *   2. Mark a target on the page at once. It becomes fresh, and is scanned when its word is reached.
 *   3. If its word has been passed, go back to it in the end.
 *
 * Only this M knows of the marks it set in step 2, and the page is not queued for them.
 * @param position where the next pointer is buffered
 * @param from number of the first word of scan bits
 * @param choice -1 for all blocks; or the scan bit, in the first word, of the only block to scan besides those it leads to
 * @returns where the next one is then
 */
function scanMarked(m: Mem, mp: MRef, sb: Ref, q: Ref, position: Ref, page: number, from: number, choice: number, words: number, arenaLow: Low, used: number, alone: boolean): Ref {
  const arena = m[ARENA];
  const inWords = (1 + m[PTR_SHIFT]) | 0;
  const ptrsEnd = (sb + PTR + m[PTRBUF_CAP] * 2) | 0;
  const scans = (m[SCAN_BITS] + (page << WORDS_SHIFT)) | 0;
  const firstGroup = page << (WORDS_SHIFT + 1);
  let pos = position | 0;
  let objects = 0;
  let marked = 0;
  let begin = from | 0;
  let chosen = choice | 0;
  while (begin !== WORDS) {
    // The first word to go back to.
    let back = WORDS;
    for (let word = begin; word !== WORDS; word = (word + 1) | 0) {
      // The bitmap's high word of the first group; it grows down.
      const high = (arena - 1 - ((firstGroup + 2 * word) << 1)) | 0;
      const start = (arena + ((firstGroup + 2 * word) << 5)) | 0;
      for (;;) {
        const fresh = chosen & marksOfTwo(m, high, alone) & ~(alone ? m[(scans + word) | 0] : Atomics.load(m, (scans + word) | 0));
        if (fresh === 0) break;
        const mine = setScanned(m, (scans + word) | 0, fresh, alone) | 0;
        for (let rest = mine; rest !== 0; rest = rest & (rest - 1)) {
          const place = lowestBit(rest);
          const second = (place >> 2) & 1;
          const shift = ((place & 3) + ((place >> 1) & 12)) | 0;
          // A block without pointers.
          if (((m[(high - 1 - 2 * second) | 0] >>> shift) & SCAN) === 0) continue;
          let b = (start + second * GROUP_WORDS + (shift << 1)) | 0;
          while (b !== 0) {
            objects = (objects + 1) | 0;
            let next = 0;
            let end = (b + words) | 0;
            // Most objects hold their pointers first: skip the pointer-free end four words at a time.
            while (((end - 4) | 0) >= b && (m[(end - 1) | 0] | m[(end - 3) | 0]) === 0) end = (end - 4) | 0;
            for (let i = b; i < end; i = (i + 2) | 0) {
              if (!pointsIntoHeap(m, i, arenaLow, used, 2)) continue;
              const at = (m[i] - arenaLow) >>> inWords;
              if (at >>> (PAGE - 1) === page) {
                const group = (arena - 2 - ((at >>> 3) & ~1)) | 0;
                const bits = m[group] >>> (at & IN_GROUP);
                if ((bits & ALLOCATED) !== 0) {
                  const mark = MARKED_BIT << ((at & IN_GROUP) + (at & 12));
                  if (!setMark(m, mp, (group + 1) | 0, mark, alone)) continue;
                  marked = (marked + 1) | 0;
                  if ((bits & SCAN) === 0) continue;
                  const its = (at >>> 5) & WORDS_MASK;
                  if (next === 0) {
                    if (setScanned(m, (scans + its) | 0, mark << ((at >>> 2) & 4), alone) !== 0) next = (arena + (at << 1)) | 0;
                  } else if (its < word && its < back) back = its;
                  continue;
                }
              }
              m[pos] = m[i];
              pos = (pos + 2) | 0;
              if (pos !== ptrsEnd) continue;
              markFound(m, mp, sb, q, pos, alone);
              pos = (sb + PTR) | 0;
            }
            b = next;
          }
        }
        if (chosen !== -1) {
          chosen = -1;
          // Nothing else is known to be marked.
          if (marked === 0) {
            word = (WORDS - 1) | 0;
            break;
          }
        }
      }
      chosen = -1;
    }
    begin = back;
  }
  m[sb + MARKED] += marked;
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
