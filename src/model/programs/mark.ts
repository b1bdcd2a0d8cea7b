/**
 * One mark phase: the part of gc() in runtime/gc.ts from the call for helpers to the end of the mark.
 * It needs no scheduler and allows any number of marking Ms, where Go's gcprocs allows at most 32.
 */
import type { Mem } from '../../memory/struct.ts';
import { nanotime } from '../../base/clock.ts';
import { MARKFOR, parforsetup } from '../../sync/parfor.ts';
import { mAt } from '../../machine/m.ts';
import { helperDone, markWithOthers } from '../../gc/helper.ts';
import { prepareMark } from '../../gc/policy.ts';
import { rootCount } from '../../gc/roots.ts';
import { NPROC, XNWAIT } from '../../gc/work.ts';
import { awaitCall, awaitHelpers, callHelpers } from './together.ts';

/**
 * M 0 marks together with the first `nproc` Ms.
 * @returns the mark time in ns, as the log of cycles defines it
 */
export function markAsCollector(m: Mem, nproc: number): number {
  const mp = mAt(m, 0);
  Atomics.store(m, XNWAIT, 0);
  m[NPROC] = nproc;
  parforsetup(m, MARKFOR, nproc, rootCount(m), false);
  prepareMark(m);
  callHelpers(m, nproc);
  const started = nanotime();
  markWithOthers(m, mp);
  const ended = nanotime();
  awaitHelpers(m, nproc);
  return ended - started;
}

/** M `i` sleeps until it is woken, and helps to mark. */
export function markAsHelper(m: Mem, i: number): void {
  markWithOthers(m, awaitCall(m, i));
  helperDone(m);
}
