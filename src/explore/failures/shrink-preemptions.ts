/**
 * The second level of shrinking: the same failure with fewer preemptions.
 *
 * 1. Cut off the end of the list: half of it, a quarter, … while the rest fails. What follows the decisive
 *    preemption has no effect.
 * 2. Shrink the rest by delta debugging (ddmin.ts).
 * 3. Repeat until the list no longer shrinks.
 *
 * Invariant: the best list so far holds only preemptions that took effect, and fails like the wanted outcome.
 */
import type { Departure } from '../strategies/preemptions.ts';
import type { Budget } from './budget.ts';
import { ddmin } from './ddmin.ts';
import { failsAlike, type Outcome } from './outcome.ts';
import type { Stand } from './stand.ts';

/** Returns a shorter list of preemptions that fails like `wanted`, or `preemptions`. */
export function shrinkPreemptions(stand: Stand, departures: readonly Departure[], wanted: Outcome, budget: Budget): readonly Departure[] {
  let best = departures;
  /** Returns null when the budget is spent. Often only a part of a candidate takes effect: that part is the better one. */
  function fails(candidate: readonly Departure[]): boolean | null {
    if (!budget.take()) return null;
    const { outcome, departures: effective, execution } = stand.replay(candidate);
    budget.pay(execution.steps);
    if (!failsAlike(outcome, wanted)) return false;
    if (effective.length < best.length) best = effective;
    return true;
  }
  for (let before = Infinity; best.length < before && !budget.spent; ) {
    before = best.length;
    best = shorter(best, dropTail(best, fails));
    best = shorter(best, ddmin(best, fails));
  }
  return best;
}

/** Cuts off halves of the end while the rest fails. */
function dropTail(items: readonly Departure[], fails: (candidate: readonly Departure[]) => boolean | null): readonly Departure[] {
  let kept = items;
  for (let cut = kept.length >> 1; cut > 0; ) {
    if (cut < kept.length && fails(kept.slice(0, kept.length - cut))) kept = kept.slice(0, kept.length - cut);
    else cut >>= 1;
  }
  return kept;
}

function shorter(one: readonly Departure[], other: readonly Departure[]): readonly Departure[] {
  return other.length < one.length ? other : one;
}
