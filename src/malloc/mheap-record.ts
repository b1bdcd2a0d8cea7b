/** The heap's record; see mheap.ts and page-runs.ts. */
import { atomic, by, padding, struct } from '../memory/struct.ts';
import { globalRecord } from '../memory/segment.ts';
import { PAGE_SHIFT, type Ref } from '../memory/address.ts';
import { LOCK_WORDS } from '../sync/lock.ts';
import { SpanList } from '../heap/span-list.ts';
import { FixAlloc } from './fixalloc.ts';

/** Runs of fewer pages have one list for each length. */
export const MAX_MHEAP_LIST = 1 << (20 - PAGE_SHIFT);

const LOCK_GUARD = 'mheap.lock';
const LISTS = MAX_MHEAP_LIST * SpanList.words;

export const MHeap = struct('mheap', 640, {
  lock: by('lock.ts', LOCK_WORDS),
  speciallock: by('lock.ts', LOCK_WORDS),
  pad0: padding(12),
  /** The sweep generation: each collection adds 2. See heap/span.ts. */
  sweepgen: by('written with the world stopped'),
  /** 1 if every span is swept or being swept: stored by the M that finds no span left to sweep. */
  xsweepdone: atomic('sweepers; cleared with the world stopped'),
  pad1: padding(14),
  /** First word of the arena not yet in use. Raised after the bitmap and the span map are mapped. */
  arenaUsed: by('mheap.lock; racily read, with racyLoad, by who checks a pointer'),
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
  free: by(LOCK_GUARD, LISTS),
  /** Free runs of MAX_MHEAP_LIST pages or more. */
  freelarge: by(LOCK_GUARD, SpanList.words),
  /** Large objects in use, by length in pages; unswept ones first. */
  busy: by(LOCK_GUARD, LISTS),
  /** Large objects of MAX_MHEAP_LIST pages or more. */
  busylarge: by(LOCK_GUARD, SpanList.words),
  /** Allocator of span records. */
  spanalloc: by(LOCK_GUARD, FixAlloc.words),
  /** Allocator of specials. */
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
