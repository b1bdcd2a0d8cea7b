/** Runs a coroutine with nobody beside it: how a scenario prepares its memory. */
import type { Control, Coroutine } from '../rewrite/generated.ts';
import { FINISHED } from '../rewrite/prologue.ts';

/** More accesses than any memory takes to make: a broken core may go round in a list without end. */
const MOST = 50_000_000;

/**
 * Runs `coroutine` of `core` to its end, unobserved and at time 0, and returns its result.
 * @param most accesses after which it is given up
 * @throws Error when it would sleep, where nobody could wake it, or does not end
 */
export function runAlone<Result>(core: Control, coroutine: Coroutine<Result>, most = MOST): Result {
  core.$attach({ now: () => 0, notify: () => 0, access() {} });
  const fiber = core.$spawn(coroutine);
  const site = core.$resume(fiber, most, undefined);
  if (site >= 0) throw new Error(`what runs alone does not end within ${most} accesses`);
  if (site !== FINISHED) throw new Error(`preparing sleeps on m[${core.$pendingIndex()}]`);
  return core.$returned() as Result;
}
