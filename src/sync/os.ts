/**
 * The scheduling services of the operating system: yield, sleep and futex. Exploration replaces
 * Atomics.wait and Atomics.notify in them by calls of its scheduler.
 */
import { BOOT } from '../memory/guardian.ts';
import { by, struct, type Mem } from '../memory/struct.ts';
import { globalRecord } from '../memory/segment.ts';
import type { Ref } from '../memory/address.ts';

/** A word that is always 0 and never notified: a wait on it is a sleep. */
const Trap = struct('trap', 16, { zero: by(BOOT, 16) });
const TRAP = globalRecord('trap', Trap);

/** Spins for about `n` pause instructions. */
export function procyield(m: Mem, n: number): void {
  for (let i = 0; i < n; i++) Atomics.load(m, TRAP);
}

/** Yields the processor to another thread. */
export function osyield(m: Mem): void {
  Atomics.wait(m, TRAP, 0, 0.001);
}

/** Sleeps for at least `us` microseconds. */
export function usleep(m: Mem, us: number): void {
  Atomics.wait(m, TRAP, 0, us / 1000);
}

/** Sleeps until woken, if the word at `at` holds `value`. May also return early. */
export function futexsleep(m: Mem, at: Ref, value: number): void {
  Atomics.wait(m, at, value);
}

/** Wakes up to `n` threads that sleep on the word at `at`, the longest sleeper first. */
export function futexwakeup(m: Mem, at: Ref, n: number): void {
  Atomics.notify(m, at, n);
}
