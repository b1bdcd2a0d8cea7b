/**
 * What the operating system gives: yielding the processor and sleeping. The exploration
 * build replaces these bodies by calls into its scheduler.
 */
import { BOOT } from '../memory/guardian.ts';
import { by, struct, type Mem } from '../memory/struct.ts';
import { globalRecord } from '../memory/segment.ts';
import type { Ref } from '../memory/address.ts';

/** A word that is always 0 and never notified: waiting on it is sleeping. */
const Trap = struct('trap', 16, { zero: by(BOOT, 16) });
const TRAP = globalRecord('trap', Trap);

/** Spins for about `n` pause instructions. */
export function procyield(m: Mem, n: number): void {
  for (let i = 0; i < n; i++) Atomics.load(m, TRAP);
}

/** Lets another thread have the processor. */
export function osyield(m: Mem): void {
  Atomics.wait(m, TRAP, 0, 0.001);
}

/** Sleeps for `us` microseconds or somewhat longer. */
export function usleep(m: Mem, us: number): void {
  Atomics.wait(m, TRAP, 0, us / 1000);
}

/** Sleeps while the word at `at` still holds `value`, until woken; may also return early. */
export function futexsleep(m: Mem, at: Ref, value: number): void {
  Atomics.wait(m, at, value);
}

/** Wakes up to `n` sleepers of the word at `at`. */
export function futexwakeup(m: Mem, at: Ref, n: number): void {
  Atomics.notify(m, at, n);
}
