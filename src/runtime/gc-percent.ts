/** Changing GOGC while the program runs. */
import type { Mem } from '../memory/struct.ts';
import { lock, unlock } from '../sync/lock.ts';
import type { MRef } from '../machine/m.ts';
import { MHEAP_LOCK } from '../malloc/mheap.ts';
import { MSTATS, MStats } from '../malloc/mstats.ts';
import { FORCE, gcStart } from './gc.ts';

const GCPERCENT = MSTATS + MStats.at.gcpercent;

/**
 * Go's runtime.setgcpercent: GOGC from the next collection on; negative for off.
 * @returns what it was, -1 for off
 */
export function setgcpercent(m: Mem, mp: MRef, percent: number): number {
  lock(m, mp, MHEAP_LOCK);
  const before = m[GCPERCENT];
  m[GCPERCENT] = percent < 0 ? -1 : Math.floor(percent);
  unlock(m, mp, MHEAP_LOCK);
  return before;
}

/** debug.SetGCPercent: setgcpercent, and a collection that makes it hold at once. A safe point. */
export function setGCPercent(m: Mem, mp: MRef, percent: number): number {
  const before = setgcpercent(m, mp, percent);
  gcStart(m, mp, FORCE.yes);
  return before;
}
