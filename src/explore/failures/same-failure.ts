/**
 * Decides whether a failure in a smaller setting is still the failure that was found.
 *
 * A program with operations left out may fail by itself: without its takes, a bounded buffer fills up.
 *
 * 1. If a bug is planted, run the smaller program without it: if that fails alike, it is another failure.
 * 2. If no bug is planted, run the smaller program in the default order of threads. If the original program
 *    needed preemptions to fail, so must the smaller one.
 */
import type { LoadedScenario } from '../load-scenario.ts';
import type { Budget } from './budget.ts';
import { codeOf, type Outcome } from './outcome.ts';
import { isWhole, type Way } from './shrink-setting.ts';
import { Stand, type Ground } from './stand.ts';

/** Reports whether a way to an outcome like the wanted one is a way to the same failure. */
export type IsSame = (way: Way, budget: Budget) => boolean;

/** Decides by the program without the planted bug, `pristine`: it must not fail like `wanted` in the same setting. */
export function unlikePristine({ core, scenario }: LoadedScenario, { makeOracle, memory }: Ground, wanted: Outcome): IsSame {
  return ({ stand: { setting }, departures }, budget) => {
    if (isWhole(scenario, setting)) return true;
    const stand = new Stand({ core, scenario, makeOracle, memory }, setting);
    return !failsByItself(stand, departures, wanted, budget) && !failsByItself(stand, [], wanted, budget);
  };
}

/** Decides by the order of threads: if the failure at `first` takes preemptions, so must every smaller one. */
export function byOrderAlone(first: Way, wanted: Outcome, budget: Budget): IsSame {
  const failsAnyway = failsByItself(first.stand, [], wanted, budget);
  return ({ stand }, left) => failsAnyway || isWhole(stand.scenario, stand.setting) || !failsByItself(stand, [], wanted, left);
}

/** Compares verdict and code only: sites of another build have other numbers. */
function failsByItself(stand: Stand, departures: Way['departures'], wanted: Outcome, budget: Budget): boolean {
  // With the budget spent the setting stays as it is.
  if (!budget.take()) return true;
  const { outcome, execution } = stand.replay(departures);
  budget.pay(execution.steps);
  return outcome.verdict === wanted.verdict && codeOf(outcome) === codeOf(wanted);
}
