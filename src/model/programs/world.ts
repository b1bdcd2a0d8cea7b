/** Stopping and starting the world while every other M runs a goroutine that comes to a safe point now and then. */
import type { Ref } from '../../memory/address.ts';
import type { Mem } from '../../memory/struct.ts';
import { nanotime } from '../../base/clock.ts';
import { M, mAt, PHASE } from '../../machine/m.ts';
import { racyLoad } from '../../sync/racy.ts';
import { procyield } from '../../sync/os.ts';
import { XNDONE, XNWAIT } from '../../gc/work.ts';
import { safepoint, starttheworld, stoptheworld } from '../../runtime/world.ts';

/** Accesses of a goroutine between two safe points: about those of ten small allocations. */
const BETWEEN = 200;
/** A goroutine reads 256 words: they stay in its first cache. */
const OWN_MASK = 255;
/** A value that no word has. */
const NEVER = -1;
/** Pauses of a waiting M. */
const PAUSES = 1000;

/**
 * M 0 stops and starts the world `times` times, with `nproc` Ms in all.
 * @param starts whether to return the ns of the starts, and not those until the world was stopped
 * @returns ns, all times together
 */
export function stopAsCaller(m: Mem, nproc: number, times: number, starts: boolean): number {
  const mp = mAt(m, 0);
  let [stopping, starting] = [0, 0];
  // All goroutines run.
  while (Atomics.load(m, XNDONE) !== nproc - 1) procyield(m, PAUSES);
  for (let i = 0; i < times; i++) {
    const before = nanotime();
    stoptheworld(m, mp);
    const stopped = nanotime();
    starttheworld(m, mp);
    const started = nanotime();
    stopping += stopped - before;
    starting += started - stopped;
    while (!allRun(m, nproc)) procyield(m, PAUSES);
  }
  Atomics.store(m, XNWAIT, 1);
  return starts ? starting : stopping;
}

/** Reports whether every M but M 0 runs its goroutine. A stale phase only makes M 0 wait longer. */
function allRun(m: Mem, nproc: number): boolean {
  for (let i = 1; i < nproc; i++) if (racyLoad(m, mAt(m, i) + M.at.phase) !== PHASE.running) return false;
  return true;
}

/** M `i` runs a goroutine that reads its own words, from `own` on, until M 0 has finished. */
export function runUntilStopped(m: Mem, i: number, own: Ref): void {
  const mp = mAt(m, i);
  Atomics.add(m, XNDONE, 1);
  while (Atomics.load(m, XNWAIT) === 0) {
    for (let k = 0; k < BETWEEN && m[own + (k & OWN_MASK)] !== NEVER; k++);
    safepoint(m, mp);
  }
}
