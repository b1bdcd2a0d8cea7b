/** How an MCache gets spans from the mcentrals, and gives them back before a collection. */
import type { Mem } from '../memory/struct.ts';
import { PAGE_BYTES } from '../memory/address.ts';
import { addWide, loadWide, storeWide } from '../memory/wide.ts';
import { fatal } from '../base/fatal.ts';
import { lock, unlock } from '../sync/lock.ts';
import { M, type MRef } from '../machine/m.ts';
import { NUM_SIZE_CLASSES, classToBlocks, classToPages, classToSize } from '../heap/size-classes.ts';
import { markSpan } from '../heap/bitmap.ts';
import { Span, emptySpan, type SpanRef } from '../heap/span.ts';
import { spanListInsert, spanListInsertBack, spanListRemove } from '../heap/span-list.ts';
import { MCache, allocSlot, type MCacheRef } from './mcache-record.ts';
import { MCentral, hasFreed, mcentralAt, reclaimLocked, uncacheFreedSpan, uncacheSpan, type MCentralRef } from './mcentral.ts';
import { MHEAP_LOCK, SWEEPGEN, flushHeapAllocLocked } from './mheap.ts';
import { MSTATS, MStats } from './mstats.ts';
import { noticeInit } from './notice.ts';
import { mheapAlloc } from './reclaim.ts';
import { claimSweep, sweepSpan } from './sweep.ts';

const { locks: LOCKS, heartbeat: HEARTBEAT } = M.at;
const { nonempty: NONEMPTY, empty: EMPTY, nfree: NFREE } = MCentral.at;
const { next: NEXT, start: START, npages: NPAGES, freelist: FREELIST, xsweepgen: XSWEEPGEN } = Span.at;
const { nalloc: NALLOC, nelems: NELEMS, incache: INCACHE, limit: LIMIT } = Span.at;
const { tiny: TINY, tinysize: TINYSIZE, localNlookup: LOCAL_NLOOKUP, localNlargefree: LOCAL_NLARGEFREE } = MCache.at;
const { localLargefree: LOCAL_LARGEFREE, localNsmallfree: LOCAL_NSMALLFREE } = MCache.at;

/** An MCache with no spans. */
export function mcacheInit(m: Mem, c: MCacheRef): void {
  for (let i = 0; i < NUM_SIZE_CLASSES; i++) m[allocSlot(c, i)] = emptySpan(m);
  noticeInit(m, c);
}

/**
 * Go's MCache_Refill: replaces the used-up span of a class by one with free blocks.
 * @returns the new span, or 0 when the arena is full.
 */
export function refill(m: Mem, mp: MRef, c: MCacheRef, sizeclass: number): SpanRef {
  m[mp + LOCKS]++;
  m[mp + HEARTBEAT]++;
  const old = m[allocSlot(c, sizeclass)];
  if (m[old + FREELIST] !== 0) fatal('REFILL_OF_NONEMPTY_SPAN', { span: old, sizeclass });
  const s = cacheSpan(m, mp, sizeclass, old);
  m[allocSlot(c, sizeclass)] = s === 0 ? emptySpan(m) : s;
  m[mp + LOCKS]--;
  return s;
}

/** Go's MCache_ReleaseAll: gives every span back; the world is stopped. */
export function releaseAll(m: Mem, mp: MRef, c: MCacheRef): void {
  for (let i = 0; i < NUM_SIZE_CLASSES; i++) {
    const s = m[allocSlot(c, i)];
    if (s === emptySpan(m)) continue;
    uncacheSpan(m, mp, s);
    m[allocSlot(c, i)] = emptySpan(m);
  }
}

/**
 * Gives the spans back of which blocks were freed explicitly. Before marking: some may go to
 * the heap, whose spans must stand still from then on.
 */
export function releaseFreed(m: Mem, mp: MRef, c: MCacheRef): void {
  for (let i = 0; i < NUM_SIZE_CLASSES; i++) {
    const s = m[allocSlot(c, i)];
    if (s === emptySpan(m) || !hasFreed(m, s)) continue;
    uncacheFreedSpan(m, mp, s);
    m[allocSlot(c, i)] = emptySpan(m);
  }
}

/** The tiny block must not outlive a collection: nothing else keeps it alive. */
export function dropTiny(m: Mem, c: MCacheRef): void {
  m[c + TINY] = 0;
  m[c + TINYSIZE] = 0;
}

/** Go's purgecachedstats: moves what `c` counted into the global figures. */
export function purgeCachedStats(m: Mem, mp: MRef, c: MCacheRef): void {
  lock(m, mp, MHEAP_LOCK);
  flushHeapAllocLocked(m, c);
  addWide(m, MSTATS + MStats.at.nlookup, m[c + LOCAL_NLOOKUP]);
  m[c + LOCAL_NLOOKUP] = 0;
  addWide(m, MSTATS + MStats.at.nlargefree, m[c + LOCAL_NLARGEFREE]);
  m[c + LOCAL_NLARGEFREE] = 0;
  addWide(m, MSTATS + MStats.at.largefree, loadWide(m, c + LOCAL_LARGEFREE));
  storeWide(m, c + LOCAL_LARGEFREE, 0);
  for (let i = 0; i < NUM_SIZE_CLASSES; i++) {
    if (m[c + LOCAL_NSMALLFREE + i] === 0) continue;
    addWide(m, MSTATS + MStats.at.nsmallfree + 2 * i, m[c + LOCAL_NSMALLFREE + i]);
    m[c + LOCAL_NSMALLFREE + i] = 0;
  }
  unlock(m, mp, MHEAP_LOCK);
}

/**
 * Go's MCentral_CacheSpan: a span with free blocks, swept, for an MCache, which gives the
 * used-up `old` back; 0 when the arena is full.
 */
function cacheSpan(m: Mem, mp: MRef, sizeclass: number, old: SpanRef): SpanRef {
  const c = mcentralAt(sizeclass);
  lock(m, mp, c);
  if (old !== emptySpan(m)) reclaimLocked(m, c, old);
  for (;;) {
    const s = findSpanLocked(m, mp, c);
    if (s !== 0) {
      takeSpanLocked(m, c, s);
      unlock(m, mp, c);
      return s;
    }
    unlock(m, mp, c);
    const grown = growSpan(m, mp, sizeclass);
    if (grown === 0) return 0;
    lock(m, mp, c);
    m[c + NFREE] += m[grown + NELEMS];
    spanListInsert(m, c + NONEMPTY, grown);
  }
}

/** A swept span with free blocks; sweeps on the way, letting the lock go. 0 if none is left. */
function findSpanLocked(m: Mem, mp: MRef, c: MCentralRef): SpanRef {
  const sg = m[SWEEPGEN];
  let s = m[c + NONEMPTY + NEXT];
  while (s !== c + NONEMPTY) {
    if (claimSweep(m, s, sg)) {
      sweepUnlocked(m, mp, c, s);
      // It may have moved to the heap, and others may have changed the list: from the start.
      s = m[c + NONEMPTY + NEXT];
      continue;
    }
    // Being swept by another: not ours to take.
    if (Atomics.load(m, s + XSWEEPGEN) !== ((sg - 1) | 0)) return s;
    s = m[s + NEXT];
  }
  s = m[c + EMPTY + NEXT];
  while (s !== c + EMPTY) {
    if (claimSweep(m, s, sg)) {
      spanListRemove(m, s);
      spanListInsertBack(m, c + EMPTY, s);
      sweepUnlocked(m, mp, c, s);
      const found = firstSwept(m, c, sg);
      if (found !== 0) return found;
      s = m[c + EMPTY + NEXT];
      continue;
    }
    if (Atomics.load(m, s + XSWEEPGEN) !== ((sg - 1) | 0)) return 0;
    s = m[s + NEXT];
  }
  return 0;
}

/** A span on the nonempty list that is ready to use; 0 if there is none. */
function firstSwept(m: Mem, c: MCentralRef, sg: number): SpanRef {
  for (let s = m[c + NONEMPTY + NEXT]; s !== c + NONEMPTY; s = m[s + NEXT]) {
    if (Atomics.load(m, s + XSWEEPGEN) === sg) return s;
  }
  return 0;
}

function sweepUnlocked(m: Mem, mp: MRef, c: MCentralRef, s: SpanRef): void {
  unlock(m, mp, c);
  sweepSpan(m, mp, s);
  lock(m, mp, c);
}

function takeSpanLocked(m: Mem, c: MCentralRef, s: SpanRef): void {
  const free = m[s + NELEMS] - m[s + NALLOC];
  if (free === 0 || m[s + FREELIST] === 0) fatal('MCENTRAL_EMPTY_SPAN', { span: s, free, freelist: m[s + FREELIST] });
  m[c + NFREE] -= free;
  spanListRemove(m, s);
  spanListInsertBack(m, c + EMPTY, s);
  m[s + INCACHE] = 1;
}

/** Go's MCentral_Grow: a fresh span from the heap, carved into linked blocks. */
function growSpan(m: Mem, mp: MRef, sizeclass: number): SpanRef {
  const s = mheapAlloc(m, mp, classToPages[sizeclass], sizeclass, true);
  if (s === 0) return 0;
  const size = classToSize[sizeclass];
  const n = classToBlocks[sizeclass];
  const step = size >> 2;
  const start = m[s + START];
  const end = (start + Math.imul(n, step)) | 0;
  const last = (end - step) | 0;
  m[s + LIMIT] = end;
  m[s + FREELIST] = start;
  for (let p = start; p < last; ) {
    const next = (p + step) | 0;
    m[p] = next;
    p = next;
  }
  m[last] = 0;
  markSpan(m, start, size, n, size * n < m[s + NPAGES] * PAGE_BYTES);
  return s;
}
