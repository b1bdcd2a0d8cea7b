/** Changing GOGC while the program runs. */
import type { Mem } from '../memory/struct.ts';
import { lock, unlock } from '../sync/lock.ts';
import type { MRef } from '../machine/m.ts';
import { MHEAP_LOCK } from '../malloc/mheap.ts';
import { MSTATS, MStats } from '../malloc/mstats.ts';
import { FORCE, gcStart } from './gc.ts';

const GCPERCENT = MSTATS + MStats.at.gcpercent;

/**
 * Sets GOGC from the next collection on; negative for off. Go's runtime.setgcpercent.
 * @returns the previous value, -1 for off
 */
export function setgcpercent(m: Mem, mp: MRef, percent: number): number {
  lock(m, mp, MHEAP_LOCK);
  const before = m[GCPERCENT];
  m[GCPERCENT] = percent < 0 ? -1 : Math.floor(percent);
  unlock(m, mp, MHEAP_LOCK);
  return before;
}

/** Sets GOGC and collects, so that it takes effect at once. Go's debug.SetGCPercent. A safe point. */
export function setGCPercent(m: Mem, mp: MRef, percent: number): number {
  const before = setgcpercent(m, mp, percent);
  gcStart(m, mp, FORCE.yes);
  return before;
}
