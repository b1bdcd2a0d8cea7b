/** Memory that efence takes away when its object is freed; see efence.ts. */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config, DEBUG } from '../memory/config.ts';
import { PAGE_BYTES, PAGE_SHIFT, PAGE_WORD_SHIFT, QUAD_SHIFT } from '../memory/address.ts';
import { addWide } from '../memory/wide.ts';
import { lock, unlock } from '../sync/lock.ts';
import { M, type MRef } from '../machine/m.ts';
import { SPAN_STATE, Span, type SpanRef } from '../heap/span.ts';
import { spanListRemove } from '../heap/span-list.ts';
import { MHEAP_LOCK, flushHeapAllocLocked } from './mheap.ts';
import { MSTATS, MStats } from './mstats.ts';

/** What faulted memory holds; no pointer has such a high word. */
export const FAULTED_WORD = 0xdeaddead | 0;

const DEBUG_OF = CONFIG + Config.at.debug;
const { mcache: MCACHE } = M.at;
const { start: START, npages: NPAGES, limit: LIMIT, state: STATE, npreleased: NPRELEASED } = Span.at;

/** Does every object get pages of its own? */
export function hasEfence(m: Mem): boolean {
  return (m[DEBUG_OF] & DEBUG.efence) !== 0;
}

/** In place of mheapFree: the swept span `s`, one object, is taken away for good. */
export function faultSpan(m: Mem, mp: MRef, s: SpanRef): void {
  const npages = m[s + NPAGES];
  m.fill(FAULTED_WORD, m[s + START], m[s + START] + (npages << PAGE_WORD_SHIFT));
  lock(m, mp, MHEAP_LOCK);
  flushHeapAllocLocked(m, m[mp + MCACHE]);
  m[MSTATS + MStats.at.heapAllocQ] -= npages << (PAGE_SHIFT - QUAD_SHIFT);
  addWide(m, MSTATS + MStats.at.heapInuse, -(npages * PAGE_BYTES));
  addWide(m, MSTATS + MStats.at.heapIdle, npages * PAGE_BYTES);
  addWide(m, MSTATS + MStats.at.heapReleased, npages * PAGE_BYTES);
  spanListRemove(m, s);
  m[s + NPRELEASED] = npages;
  m[s + LIMIT] = 0;
  m[s + STATE] = SPAN_STATE.faulted;
  unlock(m, mp, MHEAP_LOCK);
}
