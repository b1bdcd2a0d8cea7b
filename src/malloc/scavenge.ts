/** Giving back the memory of free spans that were not used for some time: MHeap_Scavenger's part. */
import type { Mem } from '../memory/struct.ts';
import { PAGE_BYTES, PAGE_WORD_SHIFT } from '../memory/address.ts';
import { addWide } from '../memory/wide.ts';
import { lock, unlock } from '../sync/lock.ts';
import { msSince } from '../sync/clock.ts';
import type { MRef } from '../machine/m.ts';
import { Span, type SpanRef } from '../heap/span.ts';
import type { SpanListRef } from '../heap/span-list.ts';
import { MAX_MHEAP_LIST, MHEAP_LOCK, freeList } from './mheap.ts';
import { MSTATS, MStats } from './mstats.ts';

const { next: NEXT, start: START, npages: NPAGES, unusedsince: UNUSEDSINCE, npreleased: NPRELEASED, needzero: NEEDZERO } = Span.at;

/** More than any span has been unused for. */
export const EVERYTHING = -1;

/** Releases the free spans that nobody has used for more than `limitMs`; returns how many bytes. */
export function scavenge(m: Mem, mp: MRef, limitMs: number): number {
  let released = 0;
  lock(m, mp, MHEAP_LOCK);
  for (let n = 0; n <= MAX_MHEAP_LIST; n++) released += scavengeListLocked(m, freeList(n), limitMs);
  unlock(m, mp, MHEAP_LOCK);
  return released;
}

function scavengeListLocked(m: Mem, list: SpanListRef, limitMs: number): number {
  let sum = 0;
  for (let s = m[list + NEXT]; s !== list; s = m[s + NEXT]) {
    if (m[s + NPRELEASED] === m[s + NPAGES] || msSince(m, m[s + UNUSEDSINCE]) <= limitMs) continue;
    const released = (m[s + NPAGES] - m[s + NPRELEASED]) * PAGE_BYTES;
    addWide(m, MSTATS + MStats.at.heapReleased, released);
    m[s + NPRELEASED] = m[s + NPAGES];
    releasePages(m, s);
    sum += released;
  }
  return sum;
}

/**
 * Where Go tells the system that the pages are unused, they lose what they held here. The
 * whole span is zero then, also where it was released before and joined with dirty pages.
 */
function releasePages(m: Mem, s: SpanRef): void {
  m.fill(0, m[s + START], m[s + START] + (m[s + NPAGES] << PAGE_WORD_SHIFT));
  m[s + NEEDZERO] = 0;
}
