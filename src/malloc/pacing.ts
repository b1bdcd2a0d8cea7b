/**
 * Pacing: the heap size at which the next collection starts, GOGC percent above the live heap.
 * At the end of marking the live heap is not yet known: it is all that is allocated, less what
 * the sweep will free. So the goal starts high and each sweeper lowers it.
 */
import type { Mem } from '../memory/struct.ts';
import { MSTATS, MStats } from './mstats.ts';

const GCPERCENT = MSTATS + MStats.at.gcpercent;
const CYCLE_PERCENT = MSTATS + MStats.at.cyclePercent;
const XNEXT_GC_Q = MSTATS + MStats.at.xnextGcQ;
const XLIVE_Q = MSTATS + MStats.at.xliveQ;

/** A goal, in quads, that no heap reaches: GOGC is off, or the goal does not fit one word. */
export const NEVER_Q = 0x7fffffff;

/** Returns the goal, in quads, for `liveQ` live quads, by the GOGC of this cycle: a change takes effect with the next. */
export function goalFor(m: Mem, liveQ: number): number {
  const percent = m[CYCLE_PERCENT];
  if (percent < 0) return NEVER_Q;
  return Math.min(NEVER_Q, liveQ + Math.floor((liveQ * percent) / 100));
}

/** Sets the goal at the end of marking, before any sweep, as if all `liveQ` allocated quads were live. */
export function setGoal(m: Mem, liveQ: number): void {
  m[CYCLE_PERCENT] = m[GCPERCENT];
  Atomics.store(m, XLIVE_Q, liveQ);
  Atomics.store(m, XNEXT_GC_Q, goalFor(m, liveQ));
}

/** Lowers the goal after a sweep has freed `freedQ` quads. */
export function lowerGoal(m: Mem, freedQ: number): void {
  const goal = goalFor(m, Atomics.sub(m, XLIVE_Q, freedQ) - freedQ);
  // Never raise it: of several sweepers, the one with the lowest goal has seen the most frees.
  for (;;) {
    const known = Atomics.load(m, XNEXT_GC_Q);
    if (known <= goal || Atomics.compareExchange(m, XNEXT_GC_Q, known, goal) === known) return;
  }
}
