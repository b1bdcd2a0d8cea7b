/** The heap's record; see mheap.ts and page-runs.ts. */
import { guardedBy, stoppedWorld } from '../memory/guardian.ts';
import { atomic, by, lockField, padding, part, struct } from '../memory/struct.ts';
import { globalRecord } from '../memory/segment.ts';
import { PAGE_SHIFT, type Ref } from '../memory/address.ts';
import { SpanList } from '../heap/span-list.ts';
import { FixAlloc } from './fixalloc.ts';

/** Runs of fewer pages have one list for each length. */
export const MAX_MHEAP_LIST = 1 << (20 - PAGE_SHIFT);

const LOCK_GUARD = guardedBy('mheap.lock');
const LISTS = MAX_MHEAP_LIST * SpanList.words;

export const MHeap = struct('mheap', 640, {
  lock: lockField('mheap.lock'),
  speciallock: lockField('mheap.speciallock'),
  pad0: padding(12),
  /** The sweep generation: each collection adds 2. See heap/span.ts. */
  sweepgen: by(stoppedWorld()),
  /** 1 if every span is swept or being swept: stored by the M that finds no span left to sweep. */
  xsweepdone: atomic('sweepers; cleared with the world stopped'),
  pad1: padding(14),
  /** First word of the arena not yet in use. Raised after the bitmap and the span map are mapped. */
  arenaUsed: by(guardedBy('mheap.lock', { reads: 'atomic', note: 'to tell whether a word points into the arena; stored by Atomics' })),
  /** Past the last word reserved for the arena. */
  arenaEnd: by(LOCK_GUARD),
  /** Bytes of the bitmap in use. */
  bitmapMapped: by(LOCK_GUARD),
  /** Bytes of the span map in use. */
  spansMapped: by(LOCK_GUARD),
  /** Pages below arenaUsed that do not belong to the heap. */
  gapPages: by(LOCK_GUARD),
  /** Words counted in heapSys that make no whole page. */
  slopWords: by(LOCK_GUARD),
  /** Ref of the last memory from the system out of usable range, 0 if the arena has grown since. */
  refused: by(LOCK_GUARD),
  /** Free runs, by length in pages. */
  free: part('spanlist', LISTS, LOCK_GUARD),
  /** Free runs of MAX_MHEAP_LIST pages or more. */
  freelarge: part('spanlist', SpanList.words, LOCK_GUARD),
  /** Large objects in use, by length in pages; unswept ones first. */
  busy: part('spanlist', LISTS, LOCK_GUARD),
  /** Large objects of MAX_MHEAP_LIST pages or more. */
  busylarge: part('spanlist', SpanList.words, LOCK_GUARD),
  /** Allocator of span records. */
  spanalloc: part('fixalloc', FixAlloc.words, LOCK_GUARD),
  /** Allocator of specials. */
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
