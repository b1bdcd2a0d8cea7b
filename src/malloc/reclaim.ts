/**
 * Pages from the heap, sweeping first: before the heap may grow by n pages, n pages are
 * swept back into it, or the goal of the next collection would be passed by garbage.
 */
import type { Mem } from '../memory/struct.ts';
import { M, type MRef } from '../machine/m.ts';
import { lock, unlock } from '../sync/lock.ts';
import { Span, type SpanRef } from '../heap/span.ts';
import { spanListInsertBack, spanListRemove, type SpanListRef } from '../heap/span-list.ts';
import { MAX_MHEAP_LIST, MHEAP_LOCK, SWEEPGEN, XSWEEPDONE, busyList, mheapAllocLocked, zeroSpan } from './mheap.ts';
import { NOTHING_TO_SWEEP, claimSweep, sweepSpan, sweepone } from './sweep.ts';

const { next: NEXT, npages: NPAGES, xsweepgen: XSWEEPGEN } = Span.at;
const { locks: LOCKS } = M.at;

/**
 * A span of `npages` pages for blocks of `sizeclass`, or one large object (class 0), zeroed
 * if `zero`. Returns 0 when the arena is full.
 */
export function mheapAlloc(m: Mem, mp: MRef, npages: number, sizeclass: number, zero: boolean): SpanRef {
  lock(m, mp, MHEAP_LOCK);
  if (Atomics.load(m, XSWEEPDONE) === 0) reclaimLocked(m, mp, npages);
  const s = mheapAllocLocked(m, mp, npages, sizeclass);
  unlock(m, mp, MHEAP_LOCK);
  if (s !== 0 && zero) zeroSpan(m, s);
  return s;
}

/** Go's MHeap_Reclaim: sweeps at least `npages` pages into the heap, if that many are garbage. */
function reclaimLocked(m: Mem, mp: MRef, npages: number): void {
  // One large object of at least that size settles it,
  for (let n = npages; n < MAX_MHEAP_LIST; n++) {
    if (reclaimListLocked(m, mp, busyList(n), npages) !== 0) return;
  }
  if (reclaimListLocked(m, mp, busyList(MAX_MHEAP_LIST), npages) !== 0) return;
  // else several smaller ones,
  let reclaimed = 0;
  for (let n = 0; n < npages && n < MAX_MHEAP_LIST; n++) {
    reclaimed += reclaimListLocked(m, mp, busyList(n), npages - reclaimed);
    if (reclaimed >= npages) return;
  }
  // else whatever there is.
  unlock(m, mp, MHEAP_LOCK);
  while (reclaimed < npages) {
    const freed = sweepone(m, mp);
    if (freed === NOTHING_TO_SWEEP) break;
    reclaimed += freed;
  }
  lock(m, mp, MHEAP_LOCK);
}

/** Sweeps objects of one list until `npages` pages came back; the lock is let go meanwhile. */
function reclaimListLocked(m: Mem, mp: MRef, list: SpanListRef, npages: number): number {
  const sg = m[SWEEPGEN];
  let reclaimed = 0;
  let s = m[list + NEXT];
  while (s !== list) {
    if (claimSweep(m, s, sg)) {
      spanListRemove(m, s);
      // Swept ones are kept at the end.
      spanListInsertBack(m, list, s);
      const size = m[s + NPAGES];
      m[mp + LOCKS]++;
      unlock(m, mp, MHEAP_LOCK);
      const freed = sweepSpan(m, mp, s);
      lock(m, mp, MHEAP_LOCK);
      m[mp + LOCKS]--;
      if (freed) reclaimed += size;
      if (reclaimed >= npages) return reclaimed;
      // The list may have changed while it was unlocked.
      s = m[list + NEXT];
      continue;
    }
    // Somebody is at it: look further. The first swept one ends the unswept part.
    if (Atomics.load(m, s + XSWEEPGEN) !== ((sg - 1) | 0)) break;
    s = m[s + NEXT];
  }
  return reclaimed;
}
