/**
 * Pacing: the heap size at which the next collection starts, GOGC percent above the live heap.
 * At the end of marking the live heap is not yet known: it is all that is allocated, less what
 * the sweep will free. So the goal starts high and each sweeper lowers it.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { MSTATS, MStats } from './mstats.ts';

const GCPERCENT = MSTATS + MStats.at.gcpercent;
const CYCLE_PERCENT = MSTATS + MStats.at.cyclePercent;
const XNEXT_GC_Q = MSTATS + MStats.at.xnextGcQ;
const HEAP_ALLOC_Q = MSTATS + MStats.at.heapAllocQ;
const XLIVE_Q = MSTATS + MStats.at.xliveQ;

/** A goal, in quads, that no heap reaches: GOGC is off, or the goal does not fit one word. */
export const NEVER_Q = 0x7fffffff;

const WORKBUF_WORDS = CONFIG + Config.at.workbufWords;
/** The least by which the goal of a concurrent mark exceeds the heap at its begin, in quads for each word of a workbuf: 64 KB in all, as in Go 1.19. */
const LEAST_RUNWAY_Q = 2;

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

/**
 * As setGoal, for a collector that marks concurrently with the program: the mark begins early, when the heap has grown by `percent`
 * percent, which the pacer has chosen; negative if GOGC is off.
 */
export function setTrigger(m: Mem, liveQ: number, percent: number): void {
  m[CYCLE_PERCENT] = percent;
  Atomics.store(m, XLIVE_Q, liveQ);
  Atomics.store(m, XNEXT_GC_Q, goalFor(m, liveQ));
}

/**
 * While a mark goes on concurrently with the program, the heap may grow to the goal that GOGC sets. Without assists, the mark ends in a
 * stopped world when the heap passes it.
 * @param moreQ quads besides the live heap that GOGC counts: stacks and globals, as since Go 1.18; 0 before
 * @param mostQ the goal that a memory limit sets, NEVER_Q for none
 */
export function setHardGoal(m: Mem, moreQ: number, mostQ: number): void {
  m[CYCLE_PERCENT] = m[GCPERCENT];
  const live = Atomics.load(m, XLIVE_Q);
  const goal = Math.min(mostQ, goalFor(m, live) + goalFor(m, moreQ) - moreQ);
  Atomics.store(m, XNEXT_GC_Q, Math.min(NEVER_Q, Math.max(goal, m[HEAP_ALLOC_Q] + LEAST_RUNWAY_Q * m[WORKBUF_WORDS])));
}

/** Lowers the trigger of the next mark to `triggerQ` quads, if it is higher. */
export function lowerTrigger(m: Mem, triggerQ: number): void {
  for (;;) {
    const known = Atomics.load(m, XNEXT_GC_Q);
    if (known <= triggerQ || Atomics.compareExchange(m, XNEXT_GC_Q, known, triggerQ) === known) return;
  }
}

/** Returns the live quads after the last cycle, if all is swept. */
export function liveQuads(m: Mem): number {
  return Atomics.load(m, XLIVE_Q);
}
