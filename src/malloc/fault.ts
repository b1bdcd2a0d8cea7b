/** efence, freeing: pages of freed objects fault and are never allocated again; see efence.ts. */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config, DEBUG } from '../memory/config.ts';
import { PAGE_SHIFT, PAGE_WORD_SHIFT, QUAD_SHIFT } from '../memory/address.ts';
import { lock, unlock } from '../sync/lock.ts';
import { M, type MRef } from '../machine/m.ts';
import { SPAN_STATE, Span, type SpanRef } from '../heap/span.ts';
import { spanListRemove } from '../heap/span-list.ts';
import { MHEAP_LOCK } from './mheap-record.ts';
import { flushHeapAllocLocked } from './span-alloc.ts';
import { MSTATS, MStats } from './mstats.ts';
import { sysFault } from './sys.ts';

const { start: START, npages: NPAGES, state: STATE, nalloc: NALLOC, limit: LIMIT } = Span.at;
const HEAP_ALLOC_Q = MSTATS + MStats.at.heapAllocQ;

/** Does the machine run with efence: every object on pages of its own, which fault once it is freed? */
export function hasEfence(m: Mem): boolean {
  return (m[CONFIG + Config.at.debug] & DEBUG.efence) !== 0;
}

/**
 * Faults the pages of `s`, in place of mheapFree. The span counts as in use for ever.
 * Preconditions: `s` is on no mcentral's list, and its bits are clear.
 */
export function mheapFault(m: Mem, mp: MRef, s: SpanRef, large: boolean): void {
  lock(m, mp, MHEAP_LOCK);
  flushHeapAllocLocked(m, m[mp + M.at.mcache]);
  if (large) m[HEAP_ALLOC_Q] -= m[s + NPAGES] << (PAGE_SHIFT - QUAD_SHIFT);
  spanListRemove(m, s);
  m[s + NALLOC] = 0;
  // An empty range, so that no lookup finds the span.
  m[s + LIMIT] = m[s + START];
  m[s + STATE] = SPAN_STATE.faulted;
  sysFault(m, mp, m[s + START], m[s + NPAGES] << PAGE_WORD_SHIFT);
  unlock(m, mp, MHEAP_LOCK);
}
