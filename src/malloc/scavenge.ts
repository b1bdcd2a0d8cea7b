/**
 * Scavenging: returns the memory of free spans to the operating system.
 *
 *   1. Walk all lists of free runs, with mheap.lock held.
 *   2. For a run unused for longer than the limit, release its pages: they read 0 from then on.
 *   3. The run stays on its list. Allocating it counts its pages as used again (page-runs.ts).
 *
 * Invariant: heapReleased is the sum of npreleased over all free runs, in bytes.
 *
 * Source: MHeap_Scavenge in mheap.c of Go 1.3. Departing from it, a run that was released in
 * part is released as a whole.
 */
import type { Mem } from '../memory/struct.ts';
import { PAGE_BYTES, PAGE_WORD_SHIFT } from '../memory/address.ts';
import { addWide } from '../memory/wide.ts';
import { lock, unlock } from '../sync/lock.ts';
import { msSince } from '../sync/clock.ts';
import type { MRef } from '../machine/m.ts';
import { Span } from '../heap/span.ts';
import { MAX_MHEAP_LIST, MHEAP_LOCK } from './mheap-record.ts';
import { MSTATS, MStats } from './mstats.ts';
import { freeList } from './page-runs.ts';
import { sysUnused } from './sys.ts';

const { next: NEXT, start: START, npages: NPAGES, npreleased: NPRELEASED, unusedsince: UNUSEDSINCE, needzero: NEEDZERO } = Span.at;
const HEAP_RELEASED = MSTATS + MStats.at.heapReleased;

/** A limit, in ms, that every free run exceeds. */
export const EVERYTHING = -1;

/**
 * Releases the memory of the runs that have been free for more than `limitMs` of the machine's
 * clock.
 * @returns bytes released
 */
export function scavenge(m: Mem, mp: MRef, limitMs: number): number {
  let released = 0;
  lock(m, mp, MHEAP_LOCK);
  for (let n = 0; n <= MAX_MHEAP_LIST; n++) {
    const list = freeList(n);
    for (let s = m[list + NEXT]; s !== list; s = m[s + NEXT]) {
      const pages = m[s + NPAGES] - m[s + NPRELEASED];
      if (pages === 0 || msSince(m, m[s + UNUSEDSINCE]) <= limitMs) continue;
      // It is not known which of its pages were released before: release all, count each once.
      sysUnused(m, mp, m[s + START], m[s + NPAGES] << PAGE_WORD_SHIFT, pages << PAGE_WORD_SHIFT);
      m[s + NPRELEASED] = m[s + NPAGES];
      // The whole run reads 0 now, dirty parts included.
      m[s + NEEDZERO] = 0;
      released += pages * PAGE_BYTES;
    }
  }
  addWide(m, HEAP_RELEASED, released);
  unlock(m, mp, MHEAP_LOCK);
  return released;
}
