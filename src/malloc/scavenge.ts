/** Go's MHeap_Scavenge: memory of free spans goes back to the operating system. */
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

/** More than any span has been unused for. */
export const EVERYTHING = -1;

/**
 * Releases the memory of the spans that have been free for more than `limitMs` of the
 * machine's clock. They stay in the heap; the system gives their memory again when it is used.
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
      // Which of its pages were released before is not known: all are, and counted once.
      sysUnused(m, mp, m[s + START], m[s + NPAGES] << PAGE_WORD_SHIFT, pages << PAGE_WORD_SHIFT);
      m[s + NPRELEASED] = m[s + NPAGES];
      // All of it reads zero now, also what was joined to it dirty.
      m[s + NEEDZERO] = 0;
      released += pages * PAGE_BYTES;
    }
  }
  addWide(m, HEAP_RELEASED, released);
  unlock(m, mp, MHEAP_LOCK);
  return released;
}
