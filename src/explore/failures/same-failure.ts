/**
 * Is what fails in a smaller setting the failure that was found? Leaving operations out may make a
 * program that fails by itself: without its takes, a bounded buffer fills up. Such a program fails
 * without the planted bug too; or, where no bug is planted, it fails in any order of its threads
 * although the whole program took a certain order.
 */
import type { LoadedScenario } from '../load-scenario.ts';
import type { MakeOracle } from '../scenarios/scenario.ts';
import type { Budget } from './budget.ts';
import { codeOf, type Outcome } from './outcome.ts';
import { isWhole, type Way } from './shrink-setting.ts';
import { Stand } from './stand.ts';

/** Decides whether a way into an outcome like the wanted one is a way into the same failure. */
export type IsSame = (way: Way, budget: Budget) => boolean;

/** By the program without the planted bug, `pristine`: it must not fail like `wanted` in the same setting. */
export function unlikePristine({ core, scenario }: LoadedScenario, makeOracle: MakeOracle, wanted: Outcome): IsSame {
  return ({ stand: { setting }, preemptions }, budget) => {
    if (isWhole(scenario, setting)) return true;
    const stand = new Stand({ core, scenario, makeOracle }, setting);
    return !failsByItself(stand, preemptions, wanted, budget) && !failsByItself(stand, [], wanted, budget);
  };
}

/** By the order of the threads: if the whole program, at `first`, takes preemptions to fail, so must a part of it. */
export function byOrderAlone(first: Way, wanted: Outcome, budget: Budget): IsSame {
  const failsAnyway = failsByItself(first.stand, [], wanted, budget);
  return ({ stand }, left) => failsAnyway || isWhole(stand.scenario, stand.setting) || !failsByItself(stand, [], wanted, left);
}

/** The sites of another build have other numbers: only verdict and code are compared. */
function failsByItself(stand: Stand, preemptions: Way['preemptions'], wanted: Outcome, budget: Budget): boolean {
  // A question that can't be asked any more counts as answered: the setting stays as it is.
  if (!budget.take()) return true;
  const { outcome, execution } = stand.replay(preemptions);
  budget.pay(execution.steps);
  return outcome.verdict === wanted.verdict && codeOf(outcome) === codeOf(wanted);
}
