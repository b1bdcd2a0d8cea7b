/** The goal of the next collection: GOGC percent above what is live. */
import type { Mem } from '../memory/struct.ts';
import { MSTATS, MStats } from './mstats.ts';

const GCPERCENT = MSTATS + MStats.at.gcpercent;
const CYCLE_PERCENT = MSTATS + MStats.at.cyclePercent;
const XNEXT_GC_Q = MSTATS + MStats.at.xnextGcQ;
const XLIVE_Q = MSTATS + MStats.at.xliveQ;

/** A goal no heap reaches: GOGC is off, or so high that one word can't hold the goal. */
export const NEVER_Q = 0x7fffffff;

/** The goal when `liveQ` quads are live, by the GOGC of this cycle: a change holds from the next. */
export function goalFor(m: Mem, liveQ: number): number {
  const percent = m[CYCLE_PERCENT];
  if (percent < 0) return NEVER_Q;
  return Math.min(NEVER_Q, liveQ + Math.floor((liveQ * percent) / 100));
}

/** At the end of marking, before any sweep: as if all that the heap holds were live. */
export function setGoal(m: Mem, liveQ: number): void {
  m[CYCLE_PERCENT] = m[GCPERCENT];
  Atomics.store(m, XLIVE_Q, liveQ);
  Atomics.store(m, XNEXT_GC_Q, goalFor(m, liveQ));
}

/** A sweeper has freed so many quads: the goal comes down. */
export function lowerGoal(m: Mem, freedQ: number): void {
  const goal = goalFor(m, Atomics.sub(m, XLIVE_Q, freedQ) - freedQ);
  // Only ever down: of several sweepers the one with the lowest goal knows most.
  for (;;) {
    const known = Atomics.load(m, XNEXT_GC_Q);
    if (known <= goal || Atomics.compareExchange(m, XNEXT_GC_Q, known, goal) === known) return;
  }
}
