/**
 * The part of each marking M in a cycle, helpers and the collecting M alike.
 *
 *   1. Take iterations of the parallel for over the roots until none is left (markroot).
 *   2. Scan what was found, and take work from the others, until marking is complete (scan).
 *   3. A helper puts itself on the list of idle Ms, then reports done. The last helper wakes the
 *      collecting M.
 *
 * Invariant: an M has at most one mark in progress (ScanBuf.busy). Source: gchelper of Go 1.3.
 */
import type { Mem } from '../memory/struct.ts';
import { addWide } from '../memory/wide.ts';
import { nanotime } from '../base/clock.ts';
import { DOING } from '../sync/event-kinds.ts';
import { doingOf, enterAt, records } from '../sync/events.ts';
import { notewakeup } from '../sync/note.ts';
import { MARKFOR, parfordo } from '../sync/parfor.ts';
import { GCStats, M, PHASE, type MRef } from '../machine/m.ts';
import { markroot } from './roots.ts';
import { ScanBuf, beginMarking, endMarking, scanbufOf } from './scanbuf.ts';
import { scan } from './policy.ts';
import { NPROC, XALLDONE, XNDONE } from './work.ts';

const { phase: PHASE_OF, gcstats: GCSTATS } = M.at;

/** Marks from the roots, then whatever is found, until marking is complete. */
export function markWithOthers(m: Mem, mp: MRef): void {
  const phase = m[mp + PHASE_OF];
  beginMarking(m, mp);
  const doing = records(m) ? doingOf(m, mp) : 0;
  const t0 = nanotime();
  if (records(m)) enterAt(m, mp, DOING.roots, 0, t0);
  parfordo(m, mp, MARKFOR, markroot);
  const t1 = nanotime();
  if (records(m)) enterAt(m, mp, DOING.scan, 0, t1);
  m[mp + PHASE_OF] = PHASE.mark;
  scan(m, mp, 0, true);
  const t2 = nanotime();
  if (records(m)) enterAt(m, mp, doing, 0, t2);
  addWide(m, mp + GCSTATS + GCStats.at.rootNs, t1 - t0);
  addWide(m, mp + GCSTATS + GCStats.at.drainNs, t2 - t1);
  addWide(m, mp + GCSTATS + GCStats.at.objectsMarked, m[scanbufOf(mp) + ScanBuf.at.marked]);
  endMarking(m, mp);
  m[mp + PHASE_OF] = phase;
}

/**
 * Reports a helper done. It must be on the list of idle Ms: the collecting M may start the world as
 * soon as the last helper has reported, and wakes the Ms on that list.
 */
export function helperDone(m: Mem): void {
  // Read before the add: the next cycle may change it once the collecting M sees that all are done.
  const nproc = m[NPROC];
  if (Atomics.add(m, XNDONE, 1) === nproc - 2) notewakeup(m, XALLDONE);
}
