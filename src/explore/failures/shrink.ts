/**
 * Shrinks a failure on both levels.
 *
 * 1. Leave out preemptions (shrink-preemptions.ts).
 * 2. Make the setting smaller (shrink-setting.ts): first with the present preemptions only, which costs one
 *    execution a setting, then with a search in each.
 * 3. Leave out preemptions again.
 * 4. While the list is long, look for other ways to the same failure, and shrink those.
 * 5. Merge neighbouring preemptions (merge-preemptions.ts).
 * 6. Spend the rest of the budget on a list that is still long.
 *
 * Invariant: every intermediate result fails like the wanted outcome.
 */
import type { LoadedScenario } from '../load-scenario.ts';
import { makeStrategy } from '../strategies/catalog.ts';
import type { Strategy } from '../strategy.ts';
import type { Budget } from './budget.ts';
import { failsAlike, type Outcome } from './outcome.ts';
import { mergePreemptions } from './merge-preemptions.ts';
import { byOrderAlone, unlikePristine } from './same-failure.ts';
import { shrinkPreemptions } from './shrink-preemptions.ts';
import { shrinkSetting, type Way } from './shrink-setting.ts';
import type { Ground } from './stand.ts';

export interface Source {
  readonly strategy: Strategy;
  readonly firstSeed: number;
}

/** Seeds tried in each smaller setting. */
const SEEDS_EACH = 60;
/** Executions: for settings, for other ways to the failure, for each list of preemptions, for merging. */
const FOR_SETTINGS = 1500;
const FOR_WAYS = 400;
const FOR_WAY = 600;
const FOR_MERGING = 600;
/** Strategies that find a failure with few preemptions, if there is one. */
const FEW_SWITCHES = ['pct:2', 'pct:3', 'pct:5'];
/** A list of this length needs no further shrinking. */
const SHORT = 6;

/**
 * Returns a smaller way to the failure `wanted` than `way`.
 * @param pristine the program without the planted bug, if one is planted
 */
export function shrink(ground: Ground, way: Way, wanted: Outcome, { strategy, firstSeed }: Source, budget: Budget, pristine?: LoadedScenario): Way {
  const first = { stand: way.stand, departures: shrinkPreemptions(way.stand, way.departures, wanted, budget.part(FOR_WAY)) };
  const forSettings = budget.part(FOR_SETTINGS);
  const same = pristine === undefined ? byOrderAlone(way, wanted, forSettings) : unlikePristine(pristine, ground, wanted);
  const isSame = (candidate: Way) => same(candidate, forSettings);
  // Without a search a setting costs one execution.
  const easy = shrinkSetting(ground, first, wanted, { strategy, firstSeed, seeds: 0, isSame }, forSettings);
  const smaller = shrinkSetting(ground, easy, wanted, { strategy, firstSeed, seeds: SEEDS_EACH, isSame }, forSettings);
  let best = shrinkPreemptions(smaller.stand, smaller.departures, wanted, budget.part(FOR_WAY));
  // Other seeds reach the same failure in other ways, one of which may be shorter.
  const others = [...FEW_SWITCHES.map(makeStrategy), strategy];
  const search = budget.part(FOR_WAYS);
  for (let i = 0; best.length > SHORT && search.take(); i++) {
    const { outcome, departures, execution } = smaller.stand.run(others[i % others.length], (firstSeed + i) % 2 ** 32);
    search.pay(execution.steps);
    if (!failsAlike(outcome, wanted)) continue;
    const other = shrinkPreemptions(smaller.stand, departures, wanted, budget.part(FOR_WAY));
    if (other.length < best.length) best = other;
  }
  best = mergePreemptions(ground, smaller.stand, best, wanted, budget.part(FOR_MERGING));
  // A list that is still long gets the rest of the budget.
  if (best.length > SHORT) best = shrinkPreemptions(smaller.stand, best, wanted, budget);
  return { stand: smaller.stand, departures: best };
}
