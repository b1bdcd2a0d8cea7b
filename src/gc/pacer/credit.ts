/**
 * Scan work and its credit.
 *
 *   1. A background worker adds what it has scanned to the credit.
 *   2. An allocation that owes work first takes credit, and then marks itself.
 *
 * Taking is racy by design: the amount is read before it is subtracted, so several Ms may take the same credit, and it may become
 * negative. It is then short by less than what the Ms have taken at once, and the next workers fill it up first. A wrong
 * credit only moves work between assists and workers; it changes nothing of what is marked.
 *
 * Source: gcAssistAlloc and gcFlushBgCredit in mgcmark.go of Go 1.8.
 */
import type { Mem } from '../../memory/struct.ts';
import { PACING, Pacer } from './record.ts';

const XSCANNED_Q = PACING + Pacer.at.xscannedQ;
const XCREDIT_Q = PACING + Pacer.at.xcreditQ;

/** Counts `workQ` scanned quads of this mark. */
export function countWork(m: Mem, workQ: number): void {
  if (workQ > 0) Atomics.add(m, XSCANNED_Q, workQ);
}

/** Adds `workQ` quads, which a background worker has scanned, to the credit. */
export function addCredit(m: Mem, workQ: number): void {
  if (workQ > 0) Atomics.add(m, XCREDIT_Q, workQ);
}

/** Takes up to `wantedQ` quads of credit. Returns what it has taken. */
export function takeCredit(m: Mem, wantedQ: number): number {
  const credit = Atomics.load(m, XCREDIT_Q);
  if (credit <= 0) return 0;
  const taken = Math.min(credit, wantedQ);
  Atomics.sub(m, XCREDIT_Q, taken);
  return taken;
}

/** Reports whether there is credit. */
export function hasCredit(m: Mem): boolean {
  return Atomics.load(m, XCREDIT_Q) > 0;
}
