/**
 * The inner part of span-based marking.
 *
 *   1. Take an object of the workbuf; if there is none, the oldest span of the queue.
 *   2. Release the span (claim.ts). If one block was marked since it was queued, scan that block.
 *      Otherwise scan all blocks that are marked and have no scan bit, in the order of their
 *      addresses, and set their scan bits. Also scan what they lead to on the same page.
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
import { BIT_ALLOCATED, BIT_MARKED, BIT_SCAN, GROUP_MASK, GROUP_SHIFT } from '../../heap/bitmap.ts';
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
import { BLOCK_SHIFT, MARKS, QUEUED, QUEUED_MASK, SCANNED_SHIFT, queueOf } from './state.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_SHIFT = CONFIG + Config.at.ptrShift;
const PTRBUF_CAP = CONFIG + Config.at.ptrBufCap;
const PAGE_STATES = CONFIG + Config.at.pageStates;
const { wbuf: WBUF, nobj: NOBJ, ptr: PTR, scanned: SCANNED, marked: MARKED } = ScanBuf.at;

// Local names: V8 folds these, and not those of another module.
const ARENA_END = ARENA_USED;
const PAGE = PAGE_WORD_SHIFT;
const SCAN = BIT_SCAN;
const ONE = QUEUED.one;
const QUEUE_BITS = QUEUED_MASK;
const SIZE_SHIFT = BLOCK_SHIFT;
const MARK_BITS = MARKS;
const TO_SCANNED = SCANNED_SHIFT;
const GROUP = GROUP_SHIFT;
/** Log2 of the groups of a page. */
const GROUPS_SHIFT = PAGE_WORD_SHIFT - GROUP_SHIFT - 1;
const ALLOCATED = BIT_ALLOCATED;
const MARKED_BIT = BIT_MARKED;
const IN_GROUP = GROUP_MASK;
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
  const at = (obj - m[ARENA]) >> 1;
  const page = at >> (PAGE - 1);
  const state = releaseSpan(m, (m[PAGE_STATES] + page) | 0, alone) | 0;
  if ((state & QUEUE_BITS) === 0) fatal('SPAN_QUEUED_TWICE', { page, obj });
  const isOne = (state & QUEUE_BITS) === ONE;
  const only = isOne ? MARKED_BIT << ((at & IN_GROUP) + (at & 12)) : 0;
  return scanMarked(m, mp, sb, q, position, page, isOne ? at >> GROUP : page << GROUPS_SHIFT, only, state >>> SIZE_SHIFT, arenaLow, used, alone);
}

/**
 * Scans the blocks of `words` words on `page` that are marked and not scanned yet, and those that they lead to on the page.
 *
 *   1. Go through the groups of the bitmap. Scan the blocks that are fresh in one, until none is left.
 *   2. Mark a target on the page at once. The first one found in a block is scanned next.
 *   3. Any other one is fresh now, and is scanned when its group is reached. If that group has been
 *      passed, go back to it in the end.
 *
 * Only this M knows of the marks that it sets here: the page is not queued for them.
 * @param position where the next pointer is buffered
 * @param from the group to begin with
 * @param only 0 for all blocks; or the mark, in that group, of the one block that may be fresh
 * @returns where the next one is then
 */
function scanMarked(m: Mem, mp: MRef, sb: Ref, q: Ref, position: Ref, page: number, from: number, only: number, words: number, arenaLow: Low, used: number, alone: boolean): Ref {
  const arena = m[ARENA];
  const toHeapWords = (1 + m[PTR_SHIFT]) | 0;
  const ptrsEnd = (sb + PTR + m[PTRBUF_CAP] * 2) | 0;
  const last = ((page + 1) << GROUPS_SHIFT) | 0;
  let pos = position | 0;
  let objects = 0;
  let marked = 0;
  // Blocks marked here and left to the passage.
  let left = 0;
  let begin = from | 0;
  let choice = only === 0 ? MARK_BITS : only | 0;
  while (begin !== last) {
    // The first group to go back to.
    let back = last;
    for (let group = begin; group !== last; group = (group + 1) | 0) {
      // The high word; the bitmap grows down.
      const word = (arena - 1 - (group << 1)) | 0;
      for (;;) {
        const fresh = freshMarks(m, word, alone) & choice;
        if (fresh === 0) break;
        choice = MARK_BITS;
        let mine = setScanned(m, word, fresh, alone) | 0;
        for (; mine !== 0; mine = mine & (mine - 1)) {
          const place = lowestBit(mine);
          const shift = (place - ((place >> 3) << 2)) | 0;
          // A block without pointers.
          if (((m[(word - 1) | 0] >>> shift) & SCAN) === 0) continue;
          let b = (arena + (((group << GROUP) + shift) << 1)) | 0;
          while (b !== 0) {
            let next = 0;
            let end = (b + words) | 0;
            objects = (objects + 1) | 0;
            // Most objects hold their pointers first: skip the pointer-free end four words at a time.
            while (((end - 4) | 0) >= b && (m[(end - 1) | 0] | m[(end - 3) | 0]) === 0) end = (end - 4) | 0;
            for (let i = b; i < end; i = (i + 2) | 0) {
              if (!pointsIntoHeap(m, i, arenaLow, used, 2)) continue;
              const at = (m[i] - arenaLow) >>> toHeapWords;
              const its = at >>> GROUP;
              const high = (arena - 1 - (its << 1)) | 0;
              const bits = its >>> GROUPS_SHIFT === page ? m[(high - 1) | 0] >>> (at & IN_GROUP) : 0;
              if ((bits & ALLOCATED) === 0) {
                // On another page, or a pointer into a block.
                m[pos] = m[i];
                pos = (pos + 2) | 0;
                if (pos !== ptrsEnd) continue;
                markFound(m, mp, sb, q, pos, alone);
                pos = (sb + PTR) | 0;
                continue;
              }
              const mark = MARKED_BIT << ((at & IN_GROUP) + (at & 12));
              const isNext = next === 0 && (bits & SCAN) !== 0;
              if (!setMark(m, mp, high, isNext ? mark | (mark << TO_SCANNED) : mark, alone)) continue;
              marked = (marked + 1) | 0;
              if ((bits & SCAN) === 0) continue;
              if (isNext) {
                next = (arena + (at << 1)) | 0;
                continue;
              }
              left = (left + 1) | 0;
              if (its < group && its < back) back = its;
            }
            b = next;
          }
        }
      }
      // Nothing else is known to be fresh.
      if (only !== 0 && left === 0) break;
    }
    begin = back;
  }
  m[sb + MARKED] += marked;
  m[sb + SCANNED] = (m[sb + SCANNED] + Math.imul(objects, words)) | 0;
  countSpan(m, mp, objects);
  return pos;
}

/** The marks of the mark word at `word` without scan bits. */
function freshMarks(m: Mem, word: Ref, alone: boolean): number {
  // No racy load: it must not be moved before the span's release.
  const both = alone ? m[word] : Atomics.load(m, word);
  return both & ~(both >>> TO_SCANNED) & MARK_BITS;
}

/** Sets the scan bits of `marks` in the word at `word`. Returns those that this M has set: another one may scan the same span. */
function setScanned(m: Mem, word: Ref, marks: number, alone: boolean): number {
  if (!alone) return marks & ~(Atomics.or(m, word, marks << TO_SCANNED) >>> TO_SCANNED);
  m[word] = m[word] | (marks << TO_SCANNED);
  return marks;
}
