/**
 * The debt of a goroutine: what it has allocated during a mark and not paid for by scan work, in quads, as a negative number.
 * An assist pays in advance for the allocations that follow.
 *
 * Source: gcAssistBytes in mgcmark.go of Go 1.5.
 */
import type { Mem } from '../../memory/struct.ts';
import { racyLoad } from '../../sync/racy.ts';
import { G, gAt, type GRef } from '../../machine/g.ts';
import { allglen } from '../../machine/sched.ts';
import { MSTATS, MStats } from '../../malloc/mstats.ts';
import { between } from './between.ts';
import { PACING, Pacer } from './record.ts';
import { workPerQuad } from './work-ratio.ts';

/** The unit of the assist ratio, a power of two. */
export const RATIO_ONE = 1 << 8;
const MOST_RATIO = 0x7fffffff;
/** The most that a goroutine pays in advance. */
const MOST_CREDIT_Q = 1 << 28;

const HEAP_ALLOC_Q = MSTATS + MStats.at.heapAllocQ;
const GOAL_Q = PACING + Pacer.at.goalQ;
const EXPECTED_Q = PACING + Pacer.at.expectedQ;
const MOST_Q = PACING + Pacer.at.mostQ;
const XSCANNED_Q = PACING + Pacer.at.xscannedQ;
const { assistQ: ASSIST_Q } = G.at;

/** Returns the assist ratio of this moment, in units of 1 / RATIO_ONE. */
export function assistRatio(m: Mem): number {
  // Racy: the heap grows and is scanned while this M looks. The next look corrects the ratio.
  const live = racyLoad(m, HEAP_ALLOC_Q);
  const ratio = Math.ceil(RATIO_ONE * workPerQuad(live, m[GOAL_Q], Atomics.load(m, XSCANNED_Q), m[EXPECTED_Q], m[MOST_Q]));
  return between(ratio, 1, MOST_RATIO);
}

/** Returns the quads to scan that pay the debt of `gp`, 0 for none. */
export function workOwed(m: Mem, gp: GRef, ratio: number): number {
  return Math.max(0, Math.ceil((-m[gp + ASSIST_Q] * ratio) / RATIO_ONE));
}

/** Pays the debt of `gp` with `workQ` scanned quads. */
export function pay(m: Mem, gp: GRef, workQ: number, ratio: number): void {
  if (workQ > 0) m[gp + ASSIST_Q] = Math.min(MOST_CREDIT_Q, m[gp + ASSIST_Q] + Math.ceil((workQ * RATIO_ONE) / ratio));
}

/** Charges `gp` for `bytes` allocated bytes. */
export function charge(m: Mem, gp: GRef, bytes: number): void {
  m[gp + ASSIST_Q] -= bytes >>> 3;
}

/** Reports whether `gp` owes work. */
export function isInDebt(m: Mem, gp: GRef): boolean {
  return m[gp + ASSIST_Q] < 0;
}

/** Gives `gp`, which is being made, no debt and no credit. */
export function clearDebt(m: Mem, gp: GRef): void {
  m[gp + ASSIST_Q] = 0;
}

/** Clears the debts and credits of the last mark. The world is stopped. */
export function clearDebts(m: Mem): void {
  for (let i = 0; i < allglen(m); i++) clearDebt(m, gAt(m, i));
}
