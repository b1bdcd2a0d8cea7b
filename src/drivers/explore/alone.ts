/** Runs a coroutine with nobody beside it: how a scenario prepares its memory. */
import type { Control, Coroutine } from './rewrite/generated.ts';
import { FINISHED } from './rewrite/prologue.ts';

/**
 * Runs `coroutine` of `core` to its end, unobserved and at time 0, and returns its result.
 * @throws Error when it would sleep: nobody could wake it.
 */
export function runAlone<Result>(core: Control, coroutine: Coroutine<Result>): Result {
  core.$attach({ now: () => 0, notify: () => 0, access() {} });
  const fiber = core.$spawn(coroutine);
  let site: number;
  do site = core.$resume(fiber, 0x3fff_ffff, undefined);
  while (site >= 0);
  if (site !== FINISHED) throw new Error(`preparing sleeps on m[${core.$pendingIndex()}]`);
  return core.$returned() as Result;
}
