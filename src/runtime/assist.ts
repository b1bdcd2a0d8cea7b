/**
 * Assists: a goroutine that allocates during a mark pays for it by marking.
 *
 *   1. malloc charges the goroutine for each block (debt.ts). The safe point that follows calls allocatedBeside.
 *   2. A goroutine in debt scans its own stack, if that is still to be done. It takes the credit that background workers have earned.
 *      For what is missing it marks itself.
 *   3. If no work is in sight, other Ms hold the last of it: the goroutine waits at the end of its step (assist-queue.ts). Until then
 *      it goes on in debt.
 *   4. The M that finds the last work done ends the mark, be it a worker or an assist.
 *
 * So the heap does not pass its goal by more than HARD_GOAL says, and what one step of each goroutine allocates.
 *
 * Departure: in Go a goroutine waits in the middle of malloc; here it can wait only between two steps. An assist pays in advance
 * for one piece of work, as a worker does at a time; Go's pays for 64 KB.
 *
 * Source: gcAssistAlloc in mgcmark.go of Go 1.8.
 */
import type { Mem } from '../memory/struct.ts';
import { addWide } from '../memory/wide.ts';
import { nanotime } from '../base/clock.ts';
import { racyLoad } from '../sync/racy.ts';
import { G, type GRef } from '../machine/g.ts';
import { GCStats, M, type MRef } from '../machine/m.ts';
import { XGCWAITING } from '../machine/sched.ts';
import { ASSISTING } from '../heap/switches.ts';
import { hooksOf } from '../heap/collector-hooks.ts';
import { hasMarkWork, markSome } from '../gc/collector.ts';
import { PROGRESS } from '../gc/collectors/descriptor.ts';
import { countWork, takeCredit } from '../gc/pacer/credit.ts';
import { isInDebt, pay, assistRatio, workOwed } from '../gc/pacer/debt.ts';
import { PACING, Pacer } from '../gc/pacer/record.ts';
import { queueAssist } from './assist-queue.ts';
import { markBudget, scannedQuads } from './beside.ts';
import { FORCE, gcStart } from './gc.ts';
import { safepoint } from './world.ts';

const IS_LIMITING = PACING + Pacer.at.isLimiting;
const ASSIST_NS = M.at.gcstats + GCStats.at.assistNs;
const { locks: LOCKS } = M.at;
const { issystem: ISSYSTEM } = G.at;

/** The safe point after an allocation during a mark that allocations pay for. */
export function allocatedBeside(m: Mem, mp: MRef, gp: GRef): void {
  if (isInDebt(m, gp) && m[mp + LOCKS] === 0 && m[IS_LIMITING] === 0) assist(m, mp, gp);
  safepoint(m, mp);
}

/** Pays the debt of `gp` by credit and by marking, until it is paid, no work is in sight, or the world is to stop. */
function assist(m: Mem, mp: MRef, gp: GRef): void {
  const started = nanotime();
  const { goroutineRests } = hooksOf(m);
  // At this safe point nothing that lives is held elsewhere than in the frame, as at the end of a step. So a long step doesn't hold up the mark.
  if (goroutineRests !== undefined) goroutineRests(m, mp, gp);
  let progress: number = PROGRESS.some;
  // Racy: if the load is stale, the goroutine stops one piece later.
  while (isInDebt(m, gp) && progress === PROGRESS.some && racyLoad(m, XGCWAITING) === 0) progress = payOnce(m, mp, gp);
  addWide(m, mp + ASSIST_NS, nanotime() - started);
  if (progress === PROGRESS.none) gcStart(m, mp, FORCE.end);
}

/** Pays for one piece at least, first by credit. Returns one of PROGRESS. */
function payOnce(m: Mem, mp: MRef, gp: GRef): number {
  const ratio = assistRatio(m);
  const piece = markBudget(m) >> 1;
  const wanted = Math.max(piece, workOwed(m, gp, ratio));
  const taken = takeCredit(m, wanted);
  pay(m, gp, taken, ratio);
  if (taken === wanted) return PROGRESS.some;
  const before = scannedQuads(m, mp);
  const progress = markSome(m, mp, 2 * Math.min(wanted - taken, piece));
  const done = scannedQuads(m, mp) - before;
  countWork(m, done);
  pay(m, gp, done, ratio);
  return progress;
}

/**
 * The step of `gp` is over. Reports whether it must wait for others to pay its debt: no credit and no work is left, and the mark
 * goes on. If so, gclock is held, and the M must park `gp`, which releases it.
 */
export function waitsInDebt(m: Mem, mp: MRef, gp: GRef): boolean {
  if (m[ASSISTING] === 0 || !isInDebt(m, gp) || m[gp + ISSYSTEM] !== 0) return false;
  return m[IS_LIMITING] === 0 && !hasMarkWork(m) && queueAssist(m, mp, gp);
}
