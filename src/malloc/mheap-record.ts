/** The heap's record; see mheap.ts. */
import { atomic, by, padding, struct } from '../memory/struct.ts';
import { globalRecord } from '../memory/segment.ts';
import { PAGE_SHIFT, type Ref } from '../memory/address.ts';
import { LOCK_WORDS } from '../sync/lock.ts';
import { SpanList } from '../heap/span-list.ts';
import { FixAlloc } from './fixalloc.ts';

/** Runs shorter than this many pages hang on a list of their own length. */
export const MAX_MHEAP_LIST = 1 << (20 - PAGE_SHIFT);

const LOCK_GUARD = 'mheap.lock';
const LISTS = MAX_MHEAP_LIST * SpanList.words;

export const MHeap = struct('mheap', 640, {
  lock: by('lock.ts', LOCK_WORDS),
  speciallock: by('lock.ts', LOCK_WORDS),
  pad0: padding(12),
  /** Grows by 2 with the world stopped. */
  sweepgen: by('written with the world stopped'),
  /** Every span is swept or being swept: written by who finds nothing left. */
  xsweepdone: atomic('sweepers; cleared with the world stopped'),
  pad1: padding(14),
  /** First arena word not in use yet; published after bitmap and span map are ready. */
  arenaUsed: by('mheap.lock; racily read, with racyLoad, by who checks a pointer'),
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
  free: by(LOCK_GUARD, LISTS),
  freelarge: by(LOCK_GUARD, SpanList.words),
  /** Large objects in use, the unswept first. */
  busy: by(LOCK_GUARD, LISTS),
  busylarge: by(LOCK_GUARD, SpanList.words),
  spanalloc: by(LOCK_GUARD, FixAlloc.words),
  specialalloc: by('mheap.speciallock', FixAlloc.words),
});

export const MHEAP: Ref = globalRecord('mheap', MHeap);
export const MHEAP_LOCK = MHEAP + MHeap.at.lock;
export const SPECIAL_LOCK = MHEAP + MHeap.at.speciallock;
export const SWEEPGEN = MHEAP + MHeap.at.sweepgen;
export const XSWEEPDONE = MHEAP + MHeap.at.xsweepdone;
export const ARENA_USED = MHEAP + MHeap.at.arenaUsed;
export const SPANALLOC = MHEAP + MHeap.at.spanalloc;
export const SPECIALALLOC = MHEAP + MHeap.at.specialalloc;
