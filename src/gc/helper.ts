/** What each helper of a collection does, and the collecting M's own part of marking. */
import type { Mem } from '../memory/struct.ts';
import { addWide } from '../memory/wide.ts';
import { nanotime } from '../base/clock.ts';
import { notewakeup } from '../sync/note.ts';
import { MARKFOR, parfordo } from '../sync/parfor.ts';
import { GCStats, M, PHASE, type MRef } from '../machine/m.ts';
import { markroot } from './roots.ts';
import { ScanBuf, beginMarking, endMarking, scanbufOf } from './scanbuf.ts';
import { scan } from './policy.ts';
import { NPROC, XALLDONE, XNDONE } from './work.ts';

const { phase: PHASE_OF, gcstats: GCSTATS } = M.at;

/** Marks roots, then whatever is found, until nobody has work left. */
export function markWithOthers(m: Mem, mp: MRef): void {
  const phase = m[mp + PHASE_OF];
  beginMarking(m, mp);
  const t0 = nanotime();
  parfordo(m, mp, MARKFOR, markroot);
  const t1 = nanotime();
  m[mp + PHASE_OF] = PHASE.mark;
  scan(m, mp, 0, true);
  addWide(m, mp + GCSTATS + GCStats.at.rootNs, t1 - t0);
  addWide(m, mp + GCSTATS + GCStats.at.drainNs, nanotime() - t1);
  addWide(m, mp + GCSTATS + GCStats.at.objectsMarked, m[scanbufOf(mp) + ScanBuf.at.marked]);
  endMarking(m, mp);
  m[mp + PHASE_OF] = phase;
}

/**
 * A helper is done. It must be on the list of idle Ms by now: who collects may start the
 * world as soon as the last helper says so, and looks there for who is to be woken.
 */
export function helperDone(m: Mem): void {
  // Read first: it can change as soon as the collecting M sees that all are done.
  const nproc = m[NPROC];
  if (Atomics.add(m, XNDONE, 1) === nproc - 2) notewakeup(m, XALLDONE);
}
