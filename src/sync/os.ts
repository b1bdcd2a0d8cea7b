/**
 * The scheduling services of the operating system: yield, sleep and futex. Exploration replaces
 * Atomics.wait and Atomics.notify in them by calls of its scheduler.
 */
import { CONFIG, Config } from '../memory/config.ts';
import { BOOT } from '../memory/guardian.ts';
import { by, struct, type Mem } from '../memory/struct.ts';
import { globalRecord } from '../memory/segment.ts';
import type { Ref } from '../memory/address.ts';

/** A word that is always 0 and never notified: a wait on it is a sleep. */
const Trap = struct('trap', 16, { zero: by(BOOT, 16) });
const TRAP = globalRecord('trap', Trap);

const HAS_CORES = CONFIG + Config.at.hasCores;

/** Tells the processor that the thread spins: a thread on the same core runs faster meanwhile. Node has it since 24. */
const pause = (Atomics as { readonly pause?: () => void }).pause;
/** Pauses instead of a yield: 0.5 µs, with Atomics.pause 3 µs. Go's takes about as long if no other thread wants the core. */
const YIELD_PAUSES = 100;

/** Spins for `n` pause instructions, or loads. */
export function procyield(m: Mem, n: number): void {
  if (pause === undefined) for (let i = 0; i < n; i++) Atomics.load(m, TRAP);
  else for (let i = 0; i < n; i++) pause();
}

/**
 * Yields the processor to another thread. JavaScript has no sched_yield, and the shortest sleep of a thread takes 65 µs:
 * Linux lets it oversleep by 50. So only Ms that share cores sleep. If each M has a core, no M waits for this one's.
 */
export function osyield(m: Mem): void {
  if (m[HAS_CORES] !== 0) procyield(m, YIELD_PAUSES);
  else Atomics.wait(m, TRAP, 0, 0.001);
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
