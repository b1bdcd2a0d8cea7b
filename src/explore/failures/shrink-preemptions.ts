/** The second level of shrinking: the same failure with fewer preemptions. */
import type { Preemption } from '../strategies/preemptions.ts';
import type { Budget } from './budget.ts';
import { ddmin } from './ddmin.ts';
import { failsAlike, type Outcome } from './outcome.ts';
import type { Stand } from './stand.ts';

/** Fewer preemptions that end like `wanted`, and the outcome that they have. */
export function shrinkPreemptions(stand: Stand, preemptions: readonly Preemption[], wanted: Outcome, budget: Budget): readonly Preemption[] {
  let best = preemptions;
  /** null when the budget is spent. A candidate often takes effect in part only, which is then the better one. */
  function fails(candidate: readonly Preemption[]): boolean | null {
    if (!budget.take()) return null;
    const { outcome, preemptions: effective, execution } = stand.replay(candidate);
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

/** Whatever comes after the failure is decided is of no use: halves of the rest are cut off while it fails. */
function dropTail(items: readonly Preemption[], fails: (candidate: readonly Preemption[]) => boolean | null): readonly Preemption[] {
  let kept = items;
  for (let cut = kept.length >> 1; cut > 0; ) {
    if (cut < kept.length && fails(kept.slice(0, kept.length - cut))) kept = kept.slice(0, kept.length - cut);
    else cut >>= 1;
  }
  return kept;
}

function shorter(one: readonly Preemption[], other: readonly Preemption[]): readonly Preemption[] {
  return other.length < one.length ? other : one;
}
