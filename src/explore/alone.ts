/** Runs a coroutine without other threads, as for preparing a scenario's memory. */
import type { Control, Coroutine } from '../rewrite/generated.ts';
import { FINISHED } from '../rewrite/prologue.ts';

/** More accesses than preparing any memory takes: a broken core may follow a cyclic list for ever. */
const MOST = 50_000_000;

/**
 * Runs `coroutine` of `core` to its end, unobserved and at time 0, and returns its result.
 * @param most accesses after which it is stopped
 * @throws Error if it would sleep, since no thread could wake it, or does not end
 */
export function runAlone<Result>(core: Control, coroutine: Coroutine<Result>, most = MOST): Result {
  core.$attach({ now: () => 0, notify: () => 0, access() {} });
  const fiber = core.$spawn(coroutine);
  const site = core.$resume(fiber, most, undefined);
  if (site >= 0) throw new Error(`a coroutine that runs alone does not end within ${most} accesses`);
  if (site !== FINISHED) throw new Error(`a coroutine that runs alone sleeps on m[${core.$pendingIndex()}]`);
  return core.$returned() as Result;
}
