/**
 * Counting semaphore on one word, the count of free permits.
 *
 *   1. Acquire: load the count. If it is positive, CAS it to one less; on failure, retry.
 *      If it is 0, sleep in a futex as long as it is 0, and retry.
 *   2. Release: increment the count, then wake one sleeper.
 *
 * Invariant: count + permits held == permits. The count changes before the wake-up, so an M
 * that is about to sleep finds a count other than 0. It is not fair: an M that did not sleep
 * may take the permit before the woken one.
 */
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { futexsleep, futexwakeup } from './os.ts';

/** Takes a permit without waiting; returns false if there is none. */
export function semtryacquire(m: Mem, sema: Ref): boolean {
  for (;;) {
    const count = Atomics.load(m, sema);
    if (count === 0) return false;
    if (Atomics.compareExchange(m, sema, count, count - 1) === count) return true;
  }
}

/** Takes a permit, and sleeps until there is one. */
export function semacquire(m: Mem, sema: Ref): void {
  while (!semtryacquire(m, sema)) futexsleep(m, sema, 0);
}

/** Returns a permit, and wakes one sleeper. */
export function semrelease(m: Mem, sema: Ref): void {
  Atomics.add(m, sema, 1);
  futexwakeup(m, sema, 1);
}
