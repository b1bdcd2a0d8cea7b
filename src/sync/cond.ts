/**
 * Condition variable for Ms: an M that holds a lock waits until another M changes the state
 * that the lock guards. A condition is one atomic word, 0 at first, that counts signals.
 *
 *   1. The waiting M, with the lock held, reads the count, then releases the lock.
 *   2. It sleeps in a futex as long as the word still has that count.
 *   3. The signalling M, with the lock held, changes the state, increments the count and
 *      wakes one sleeper, or all.
 *   4. The woken M takes the lock again and re-checks the state.
 *
 * Invariant: no signal is lost. A signal comes after step 1, because both hold the lock; so
 * it either finds the waiting M asleep, or changes the count, and step 2 returns at once.
 *
 * A wait may also return without a signal, so callers wait in a loop.
 */
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import type { MRef } from '../machine/m.ts';
import { lock, unlock, type LockRef } from './lock.ts';
import { futexsleep, futexwakeup } from './os.ts';

export type CondRef = Ref;

/** More than there are Ms. */
const ALL = 1 << 16;

/** Releases `l`, which `mp` holds, sleeps until `cond` is signalled, and takes `l` again. */
export function condwait(m: Mem, mp: MRef, cond: CondRef, l: LockRef): void {
  const seen = Atomics.load(m, cond);
  unlock(m, mp, l);
  futexsleep(m, cond, seen);
  lock(m, mp, l);
}

/** Wakes the M that has waited longest, if any. The caller holds the lock of the waiting Ms. */
export function condsignal(m: Mem, cond: CondRef): void {
  Atomics.add(m, cond, 1);
  futexwakeup(m, cond, 1);
}

/** Wakes all waiting Ms. The caller holds their lock. */
export function condbroadcast(m: Mem, cond: CondRef): void {
  Atomics.add(m, cond, 1);
  futexwakeup(m, cond, ALL);
}
