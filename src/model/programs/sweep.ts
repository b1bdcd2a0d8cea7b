/** A sweep by several Ms, each of which claims the next unswept span until there is none. */
import type { Mem } from '../../memory/struct.ts';
import { nanotime } from '../../base/clock.ts';
import { mAt, type MRef } from '../../machine/m.ts';
import { NOTHING_TO_SWEEP, sweepone } from '../../malloc/sweep.ts';
import { helperDone } from '../../gc/helper.ts';
import { awaitCall, awaitHelpers, callHelpers } from './together.ts';

/** M 0 sweeps together with the first `nproc` Ms. @returns ns until the last M is done */
export function sweepAsCaller(m: Mem, nproc: number): number {
  const started = nanotime();
  callHelpers(m, nproc);
  sweepAll(m, mAt(m, 0));
  awaitHelpers(m, nproc);
  return nanotime() - started;
}

/** M `i` sleeps until it is called, and helps to sweep. */
export function sweepAsHelper(m: Mem, i: number): void {
  sweepAll(m, awaitCall(m, i));
  helperDone(m);
}

function sweepAll(m: Mem, mp: MRef): void {
  while (sweepone(m, mp) !== NOTHING_TO_SWEEP);
}
