/**
 * Futex mutex, as lock_futex.c of Go 1.3, after Drepper, "Futexes Are Tricky". The key is
 * UNLOCKED, LOCKED, or SLEEPING: locked, and Ms may be asleep.
 *
 * Lock:
 *   1. CAS the key from UNLOCKED to LOCKED: the fast path.
 *   2. Spin for a while, then yield the processor once, with the same CAS in between.
 *   3. Exchange the key with SLEEPING. If it was UNLOCKED, the lock is taken. Else sleep in a
 *      futex as long as the key is SLEEPING, and go to 2, but CAS to SLEEPING from now on.
 *
 * Unlock: exchange the key with UNLOCKED. If it was SLEEPING, wake one sleeper.
 *
 * Invariants: while an M sleeps, the key is SLEEPING or an M that was woken is on its way
 * to take the lock as SLEEPING; so each sleeper is woken at last. `owner` is the holder.
 */
import { protocol } from '../memory/guardian.ts';
import { LOCK_WORDS, atomic, by, struct, type Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { fatal } from '../base/fatal.ts';
import { M, type MRef } from '../machine/m.ts';
import { futexsleep, futexwakeup, osyield, procyield } from './os.ts';

export type LockRef = Ref;

/** A lock is part of the record that it guards; see lockField in memory/struct.ts. */
export const Lock = struct('lock', LOCK_WORDS, {
  xkey: atomic('any M'),
  /** The M that holds it, 0 when free. */
  owner: by(protocol('the lock holder')),
}, 'xkey');

const UNLOCKED = 0;
const LOCKED = 1;
const SLEEPING = 2;

const ACTIVE_SPIN = 4;
const ACTIVE_SPIN_COUNT = 30;
const PASSIVE_SPIN = 1;

const { owner: OWNER } = Lock.at;
const { locks: LOCKS, wants: WANTS, holds: HOLDS } = M.at;

/** Takes `l` for `mp`. The collector can't start on this M before the lock is released. */
export function lock(m: Mem, mp: MRef, l: LockRef): void {
  m[mp + LOCKS]++;
  if (Atomics.compareExchange(m, l, UNLOCKED, LOCKED) !== UNLOCKED) lockContended(m, mp, l);
  m[l + OWNER] = mp;
  m[mp + HOLDS] = l;
}

/** Takes `l`, which another M holds: spins, yields, then sleeps. */
export function lockContended(m: Mem, mp: MRef, l: LockRef): void {
  m[mp + WANTS] = l;
  // An M that has slept takes the lock as SLEEPING: other Ms may still sleep, and only that
  // value makes the holder wake one.
  let take = LOCKED;
  for (;;) {
    for (let i = 0; i < ACTIVE_SPIN + PASSIVE_SPIN; i++) {
      if (Atomics.load(m, l) === UNLOCKED && Atomics.compareExchange(m, l, UNLOCKED, take) === UNLOCKED) {
        m[mp + WANTS] = 0;
        return;
      }
      if (i < ACTIVE_SPIN) procyield(m, ACTIVE_SPIN_COUNT);
      else osyield(m);
    }
    if (Atomics.exchange(m, l, SLEEPING) === UNLOCKED) {
      m[mp + WANTS] = 0;
      return;
    }
    take = SLEEPING;
    futexsleep(m, l, SLEEPING);
  }
}

/**
 * Releases `l`, which `mp` holds.
 * @throws Fatal UNLOCK_OF_FOREIGN_LOCK if another M holds it, or none
 */
export function unlock(m: Mem, mp: MRef, l: LockRef): void {
  if (m[l + OWNER] !== mp) fatal('UNLOCK_OF_FOREIGN_LOCK', { lock: l, owner: m[l + OWNER], mp });
  m[l + OWNER] = 0;
  m[mp + HOLDS] = 0;
  if (Atomics.exchange(m, l, UNLOCKED) === SLEEPING) futexwakeup(m, l, 1);
  m[mp + LOCKS]--;
}

/** Tells whether `mp` holds `l`, for the preconditions of `…Locked` functions. */
export function holds(m: Mem, mp: MRef, l: LockRef): boolean {
  return m[l + OWNER] === mp;
}
