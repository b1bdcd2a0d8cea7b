/**
 * The mark loop of 2011.
 *
 *   1. For each pointer, find the start of its block: in the same bitmap word, or by an addr lookup
 *      of the span. Mark the block, and list it if it may hold pointers.
 *   2. Take a block off the list. Find its size: the distance to another start in the same bitmap
 *      word, or by a size lookup of the span. Go on at 1 with its words, until the list is empty.
 *
 * Invariant: each marked block that may hold pointers has been scanned or is listed. One M marks,
 * so marks are plain stores.
 *
 * Departure: a free block of the shared heap keeps its allocated bit, so a stale pointer marks it.
 * The sweep recognizes it by the freelist. In 2011 free blocks had bitBlockBoundary.
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import { PAGE_WORD_SHIFT, PTR_TAG, type Ref } from '../../../memory/address.ts';
import { tagMask } from '../../../memory/pointer.ts';
import { addWide } from '../../../memory/wide.ts';
import { GCStats, M, type MRef } from '../../../machine/m.ts';
import { BIT_ALLOCATED, BIT_MARKED, BIT_SCAN, GROUP_MASK, GROUP_SHIFT, markShift } from '../../../heap/bitmap.ts';
import { SPAN_STATE, Span } from '../../../heap/span.ts';
import { ARENA_USED } from '../../../malloc/mheap.ts';
import { BITMAP_WORK, BitmapWork, entriesEnd, entriesUsed, firstEntry, nextEmpty, nextFull } from './work.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_SHIFT = CONFIG + Config.at.ptrShift;
const SPAN_MAP = CONFIG + Config.at.spanMap;
const PTR_WORDS = CONFIG + Config.at.ptrWords;
const { start: START, limit: LIMIT, state: STATE, sizeclass: SIZECLASS, elemsize: ELEMSIZE } = Span.at;
const OBJECTS_MARKED = M.at.gcstats + GCStats.at.objectsMarked;
const NSIZELOOKUP = BITMAP_WORK + BitmapWork.at.nsizelookup;
const NADDRLOOKUP = BITMAP_WORK + BitmapWork.at.naddrlookup;

/** A block starts where either bit is set. */
const BOUNDARY = BIT_ALLOCATED | BIT_SCAN;
const NO_BLOCK = -1;
const UNKNOWN = 0;

/** Scans the `n` words at `b`, and all blocks they lead to. */
export function scanblock(m: Mem, mp: MRef, b: Ref, n: number): void {
  const arena = m[ARENA];
  const used = m[ARENA_USED] - arena;
  const ptrWords = m[PTR_WORDS];
  const wordShift = ptrWords - 1;
  const ptrShift = m[PTR_SHIFT];
  const tagBits = tagMask(m);
  let marked = 0;
  let naddrlookup = 0;
  let nsizelookup = 0;
  let wbuf = 0;
  // The current buffer's first entry, first free entry and end.
  let bw = 0;
  let w = 0;
  let ew = 0;
  let p = b;
  let end = b + n;
  for (;;) {
    for (; p < end; p += ptrWords) {
      if (ptrWords === 2 && (m[p + 1] & tagBits) !== PTR_TAG) continue;
      let off = ((m[p] >>> ptrShift) - arena) & ~wordShift;
      if (off >>> 0 >= used) continue;
      let bitp = arena - ((off >> (GROUP_SHIFT + wordShift)) << 1) - 2;
      let shift = (off >> wordShift) & GROUP_MASK;
      let bits = m[bitp] >>> shift;
      if ((bits & BOUNDARY) === 0) {
        const before = boundaryBefore(m[bitp], shift);
        if (before >= 0) {
          off -= (shift - before) << wordShift;
        } else {
          naddrlookup++;
          off = findBase(m, off);
          if (off === NO_BLOCK) continue;
          bitp = arena - ((off >> (GROUP_SHIFT + wordShift)) << 1) - 2;
        }
        shift = (off >> wordShift) & GROUP_MASK;
        bits = m[bitp] >>> shift;
      }
      const marks = m[bitp + 1];
      const mark = BIT_MARKED << markShift(shift);
      if ((bits & BIT_ALLOCATED) === 0 || (marks & mark) !== 0) continue;
      m[bitp + 1] = marks | mark;
      marked++;
      if ((bits & BIT_SCAN) === 0) continue;
      if (w === ew) {
        wbuf = nextEmpty(m, mp, wbuf);
        bw = firstEntry(wbuf);
        w = bw;
        ew = entriesEnd(m, wbuf);
      }
      m[w++] = arena + off;
    }
    if (w === bw) {
      wbuf = nextFull(m, wbuf);
      if (wbuf === 0) break;
      bw = firstEntry(wbuf);
      w = entriesUsed(m, wbuf);
      ew = entriesEnd(m, wbuf);
    }
    p = m[--w];
    const off = p - arena;
    const distance = boundaryNear(m[arena - ((off >> (GROUP_SHIFT + wordShift)) << 1) - 2], (off >> wordShift) & GROUP_MASK);
    if (distance === UNKNOWN) {
      nsizelookup++;
      end = p + (m[m[m[SPAN_MAP] + (off >> PAGE_WORD_SHIFT)] + ELEMSIZE] >>> 2);
    } else {
      end = p + (distance << wordShift);
    }
  }
  addWide(m, mp + OBJECTS_MARKED, marked);
  addWide(m, NADDRLOOKUP, naddrlookup);
  addWide(m, NSIZELOOKUP, nsizelookup);
}

/** Returns the last heap word before `shift` where a block starts, in the group of `bits`; -1 if there is none. */
function boundaryBefore(bits: number, shift: number): number {
  let j = shift - 1;
  while (j >= 0 && ((bits >>> j) & BOUNDARY) === 0) j--;
  return j;
}

/**
 * Returns the distance, in heap words, from the block that starts at `shift` to its nearer
 * neighbour: both are of one span, so it is the block's size. UNKNOWN if no neighbour starts in the
 * group of `bits`.
 */
function boundaryNear(bits: number, shift: number): number {
  const starts = (bits | (bits >>> 16)) & 0xffff;
  for (let j = 1; j <= GROUP_MASK; j++) {
    if ((((starts >>> shift) >>> j) & 1) !== 0) return j;
    if (j <= shift && ((starts >>> (shift - j)) & 1) !== 0) return j;
  }
  return UNKNOWN;
}

/** Returns the start of the block that holds the word at `off`, from its span; NO_BLOCK if there is none. */
function findBase(m: Mem, off: number): number {
  const ref = m[ARENA] + off;
  const s = m[m[SPAN_MAP] + (off >> PAGE_WORD_SHIFT)];
  if (s === 0 || ref < m[s + START] || ref >= m[s + LIMIT] || m[s + STATE] !== SPAN_STATE.inUse) return NO_BLOCK;
  if (m[s + SIZECLASS] === 0) return m[s + START] - m[ARENA];
  const words = m[s + ELEMSIZE] >>> 2;
  return m[s + START] - m[ARENA] + Math.floor((ref - m[s + START]) / words) * words;
}
