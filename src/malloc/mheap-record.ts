/** The heap's record; see mheap.ts. */
import { guardedBy, stoppedWorld } from '../memory/guardian.ts';
import { atomic, by, lockField, padding, part, struct } from '../memory/struct.ts';
import { globalRecord } from '../memory/segment.ts';
import { PAGE_SHIFT, type Ref } from '../memory/address.ts';
import { SpanList } from '../heap/span-list.ts';
import { FixAlloc } from './fixalloc.ts';

/** Runs shorter than this many pages hang on a list of their own length. */
export const MAX_MHEAP_LIST = 1 << (20 - PAGE_SHIFT);

const LOCK_GUARD = guardedBy('mheap.lock');
const LISTS = MAX_MHEAP_LIST * SpanList.words;

export const MHeap = struct('mheap', 640, {
  lock: lockField('mheap.lock'),
  speciallock: lockField('mheap.speciallock'),
  pad0: padding(12),
  /** Grows by 2 with the world stopped. */
  sweepgen: by(stoppedWorld()),
  /** Every span is swept or being swept: written by who finds nothing left. */
  xsweepdone: atomic('sweepers; cleared with the world stopped'),
  pad1: padding(14),
  /** First arena word not in use yet; published after bitmap and span map are ready. */
  arenaUsed: by(guardedBy('mheap.lock', { reads: 'racy', note: 'to tell whether a word points into the arena' })),
  /** Past the last word reserved for the arena. */
  arenaEnd: by(LOCK_GUARD),
  /** Bytes of bitmap and of span map in use. */
  bitmapMapped: by(LOCK_GUARD),
  spansMapped: by(LOCK_GUARD),
  /** Pages before arenaUsed that are not the heap's, and words counted in heapSys that make no page. */
  gapPages: by(LOCK_GUARD),
  slopWords: by(LOCK_GUARD),
  /** Where the system gave memory that was of no use, 0 if the arena has grown since. */
  refused: by(LOCK_GUARD),
  free: part('spanlist', LISTS, LOCK_GUARD),
  freelarge: part('spanlist', SpanList.words, LOCK_GUARD),
  /** Large objects in use, the unswept first. */
  busy: part('spanlist', LISTS, LOCK_GUARD),
  busylarge: part('spanlist', SpanList.words, LOCK_GUARD),
  spanalloc: part('fixalloc', FixAlloc.words, LOCK_GUARD),
  specialalloc: part('fixalloc', FixAlloc.words, guardedBy('mheap.speciallock')),
});

export const MHEAP: Ref = globalRecord('mheap', MHeap);
export const MHEAP_LOCK = MHEAP + MHeap.at.lock;
export const SPECIAL_LOCK = MHEAP + MHeap.at.speciallock;
export const SWEEPGEN = MHEAP + MHeap.at.sweepgen;
export const XSWEEPDONE = MHEAP + MHeap.at.xsweepdone;
export const ARENA_USED = MHEAP + MHeap.at.arenaUsed;
export const SPANALLOC = MHEAP + MHeap.at.spanalloc;
export const SPECIALALLOC = MHEAP + MHeap.at.specialalloc;
