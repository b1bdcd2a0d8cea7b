/**
 * MHeap: the heap of pages, top of the allocator's hierarchy.
 *
 *   MCache     one per P: a span of each size class, allocated from without a lock (mcache.ts)
 *   MCentral   one per size class: the spans that no MCache holds (mcentral.ts)
 *   MHeap      pages: spans in use (span-alloc.ts) and free runs (page-runs.ts)
 *   arena      memory reserved from the operating system (arena.ts, sys.ts)
 *
 * A small object (up to 32 KB) climbs it only as far as needed:
 *
 *   1. Round the size up to a size class. If the MCache's span of that class has a free block,
 *      take it.
 *   2. Otherwise refill the MCache with a span of the MCentral that has free blocks, sweeping
 *      spans of that class to find one.
 *   3. Otherwise allocate a span from the MHeap and carve it into blocks. First sweep as many
 *      pages back into the heap: before the heap grows by n pages, n pages of garbage return
 *      to it.
 *   4. Otherwise grow the arena by a chunk.
 *
 * A large object takes a span of its own at step 3. A sweep returns blocks the other way: to
 * their span's freelist, the span to its MCentral if it had no free block, and to the MHeap if
 * all its blocks are free.
 *
 * Invariant: mheap.lock is not held while a span is swept, since the sweep may free it.
 *
 * Source: malloc.h and mheap.c of Go 1.3.
 */
import type { Mem } from '../memory/struct.ts';
import { M, type MRef } from '../machine/m.ts';
import { lock, unlock } from '../sync/lock.ts';
import { Span, type SpanRef } from '../heap/span.ts';
import { spanListInsertBack, spanListRemove, type SpanListRef } from '../heap/span-list.ts';
import { MAX_MHEAP_LIST, MHEAP_LOCK, SWEEPGEN, XSWEEPDONE } from './mheap-record.ts';
import { busyList } from './page-runs.ts';
import { mheapAllocLocked, zeroSpan } from './span-alloc.ts';
import { NOTHING_TO_SWEEP, claimSweep, sweepSpan, sweepone } from './sweep.ts';

export * from './mheap-record.ts';
export * from './page-runs.ts';
export * from './span-alloc.ts';

const { next: NEXT, npages: NPAGES, xsweepgen: XSWEEPGEN } = Span.at;
const { locks: LOCKS } = M.at;

/**
 * Allocates a span of `npages` pages for blocks of `sizeclass`, or for one large object (class
 * 0), after sweeping as many pages back into the heap. Go's MHeap_Alloc.
 * @param zero clear the span's memory
 * @returns 0 if the arena is full
 */
export function mheapAlloc(m: Mem, mp: MRef, npages: number, sizeclass: number, zero: boolean): SpanRef {
  lock(m, mp, MHEAP_LOCK);
  if (Atomics.load(m, XSWEEPDONE) === 0) reclaimLocked(m, mp, npages);
  const s = mheapAllocLocked(m, mp, npages, sizeclass);
  unlock(m, mp, MHEAP_LOCK);
  if (s !== 0 && zero) zeroSpan(m, s);
  return s;
}

/** Sweeps until `npages` pages have come back to the heap, or until nothing is left to sweep. Go's MHeap_Reclaim. */
function reclaimLocked(m: Mem, mp: MRef, npages: number): void {
  // First try large objects of at least that size: one is enough.
  for (let n = npages; n < MAX_MHEAP_LIST; n++) {
    if (reclaimListLocked(m, mp, busyList(n), npages) !== 0) return;
  }
  if (reclaimListLocked(m, mp, busyList(MAX_MHEAP_LIST), npages) !== 0) return;
  // Then smaller large objects, until they add up.
  let reclaimed = 0;
  for (let n = 0; n < npages && n < MAX_MHEAP_LIST; n++) {
    reclaimed += reclaimListLocked(m, mp, busyList(n), npages - reclaimed);
    if (reclaimed >= npages) return;
  }
  // Then all other spans.
  unlock(m, mp, MHEAP_LOCK);
  while (reclaimed < npages) {
    const freed = sweepone(m, mp);
    if (freed === NOTHING_TO_SWEEP) break;
    reclaimed += freed;
  }
  lock(m, mp, MHEAP_LOCK);
}

/**
 * Sweeps large objects of one busy list until `npages` pages have come back. Drops mheap.lock
 * during each sweep. Returns the pages reclaimed.
 */
function reclaimListLocked(m: Mem, mp: MRef, list: SpanListRef, npages: number): number {
  const sg = m[SWEEPGEN];
  let reclaimed = 0;
  let s = m[list + NEXT];
  while (s !== list) {
    if (claimSweep(m, s, sg)) {
      spanListRemove(m, s);
      // The busy lists keep swept spans at the end.
      spanListInsertBack(m, list, s);
      const size = m[s + NPAGES];
      m[mp + LOCKS]++;
      unlock(m, mp, MHEAP_LOCK);
      const freed = sweepSpan(m, mp, s);
      lock(m, mp, MHEAP_LOCK);
      m[mp + LOCKS]--;
      if (freed) reclaimed += size;
      if (reclaimed >= npages) return reclaimed;
      // The list may have changed while the lock was dropped: start again.
      s = m[list + NEXT];
      continue;
    }
    // A span being swept by another M is skipped. The first swept span ends the unswept part.
    if (Atomics.load(m, s + XSWEEPGEN) !== ((sg - 1) | 0)) break;
    s = m[s + NEXT];
  }
  return reclaimed;
}
