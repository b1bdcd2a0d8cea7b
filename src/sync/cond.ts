/**
 * Condition variable for Ms: an M that holds a lock waits until another M has changed what the
 * lock guards. A condition is one atomic word, 0 at first, that counts signals.
 *
 * An M that waits has read the count with the lock held. So a signal by the lock's next holder
 * either finds it asleep, or has changed the count before it sleeps. A wait may return without a
 * signal: what is waited for must be looked at again.
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

/** Wakes the M that has waited longest, if any does. The caller holds the lock that it waits with. */
export function condsignal(m: Mem, cond: CondRef): void {
  Atomics.add(m, cond, 1);
  futexwakeup(m, cond, 1);
}

/** Wakes all Ms that wait. The caller holds the lock that they wait with. */
export function condbroadcast(m: Mem, cond: CondRef): void {
  Atomics.add(m, cond, 1);
  futexwakeup(m, cond, ALL);
}
