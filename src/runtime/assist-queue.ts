/**
 * The goroutines that wait for scan work to be done for them: they owe some, and found neither credit nor work.
 *
 *   1. A goroutine parks here at the end of its step.
 *   2. A background worker pays the debts of the queue, the first one first, before it adds to the credit.
 *   3. The end of the mark wakes all: debts end with it.
 *
 * Source: gcParkAssist, gcFlushBgCredit and gcWakeAllAssists in mgcmark.go of Go 1.8.
 */
import type { Mem } from '../memory/struct.ts';
import { lock, unlock } from '../sync/lock.ts';
import { G, WAIT, type GRef } from '../machine/g.ts';
import { M, type MRef } from '../machine/m.ts';
import { GCLOCK } from '../malloc/sweep-record.ts';
import { addCredit, countWork, hasCredit } from '../gc/pacer/credit.ts';
import { isInDebt, pay, assistRatio, workOwed } from '../gc/pacer/debt.ts';
import { ASSIST_HEAD, ASSIST_TAIL, XASSISTS } from './beside-record.ts';
import { ready } from './ready.ts';

const { waitlock: WAITLOCK } = M.at;
const { schedlink: SCHEDLINK, waitreason: WAITREASON } = G.at;

/**
 * Queues `gp`, which the caller's M runs, unless there is credit by now. If it returns true, gclock is held, and the M
 * must park `gp`, which releases it.
 */
export function queueAssist(m: Mem, mp: MRef, gp: GRef): boolean {
  lock(m, mp, GCLOCK);
  // Announce the waiter, then look for credit: a worker adds its credit only if it has seen no waiter. One that looked before the
  // announcement may add it after this look: then the goroutine waits for the next worker, or for the end of the mark.
  Atomics.add(m, XASSISTS, 1);
  if (hasCredit(m)) {
    Atomics.sub(m, XASSISTS, 1);
    unlock(m, mp, GCLOCK);
    return false;
  }
  appendLocked(m, gp);
  m[gp + WAITREASON] = WAIT.assist;
  m[mp + WAITLOCK] = GCLOCK;
  return true;
}

function appendLocked(m: Mem, gp: GRef): void {
  m[gp + SCHEDLINK] = 0;
  if (m[ASSIST_HEAD] === 0) m[ASSIST_HEAD] = gp;
  else m[m[ASSIST_TAIL] + SCHEDLINK] = gp;
  m[ASSIST_TAIL] = gp;
}

function takeFirstLocked(m: Mem): GRef {
  const gp = m[ASSIST_HEAD];
  m[ASSIST_HEAD] = m[gp + SCHEDLINK];
  if (m[ASSIST_HEAD] === 0) m[ASSIST_TAIL] = 0;
  return gp;
}

/** A background worker has scanned `workQ` quads: pays the debts of waiting goroutines, and adds the rest to the credit. */
export function flushWork(m: Mem, mp: MRef, workQ: number): void {
  countWork(m, workQ);
  let left = workQ;
  if (Atomics.load(m, XASSISTS) !== 0) {
    const ratio = assistRatio(m);
    lock(m, mp, GCLOCK);
    while (left > 0 && m[ASSIST_HEAD] !== 0) left = payFirstLocked(m, mp, left, ratio);
    unlock(m, mp, GCLOCK);
  }
  addCredit(m, left);
}

/** Pays the debt of the first goroutine as far as `workQ` quads go. Returns what is left of them. */
function payFirstLocked(m: Mem, mp: MRef, workQ: number, ratio: number): number {
  const gp = takeFirstLocked(m);
  const owed = workOwed(m, gp, ratio);
  pay(m, gp, Math.min(workQ, owed), ratio);
  // It goes to the end, so that one large debt does not hold up the small ones.
  if (isInDebt(m, gp)) appendLocked(m, gp);
  else wakeLocked(m, mp, gp);
  return workQ - Math.min(workQ, owed);
}

function wakeLocked(m: Mem, mp: MRef, gp: GRef): void {
  Atomics.sub(m, XASSISTS, 1);
  ready(m, mp, gp);
}

/** Wakes all waiting goroutines. The mark has ended, and the world is stopped. */
export function wakeAssists(m: Mem, mp: MRef): void {
  lock(m, mp, GCLOCK);
  while (m[ASSIST_HEAD] !== 0) wakeLocked(m, mp, takeFirstLocked(m));
  unlock(m, mp, GCLOCK);
}
