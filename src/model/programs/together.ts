/** How the threads of a modelled phase begin and end together: as helpers of a mark do, without the scheduler. */
import type { Mem } from '../../memory/struct.ts';
import { noteclear, notesleep, notewakeup } from '../../sync/note.ts';
import { M, mAt, type MRef } from '../../machine/m.ts';
import { NPROC, XALLDONE, XNDONE } from '../../gc/work.ts';

/** Wakes all Ms but M 0, which calls it, up to `nproc` in all. */
export function callHelpers(m: Mem, nproc: number): void {
  Atomics.store(m, XNDONE, 0);
  m[NPROC] = nproc;
  if (nproc > 1) noteclear(m, XALLDONE);
  for (let i = 1; i < nproc; i++) notewakeup(m, mAt(m, i) + M.at.xpark);
}

/** M 0 waits for the last helper, which has called helperDone. */
export function awaitHelpers(m: Mem, nproc: number): void {
  if (nproc > 1) notesleep(m, XALLDONE);
}

/** M `i` sleeps until it is called. Returns the M. */
export function awaitCall(m: Mem, i: number): MRef {
  const mp = mAt(m, i);
  notesleep(m, mp + M.at.xpark);
  noteclear(m, mp + M.at.xpark);
  return mp;
}
