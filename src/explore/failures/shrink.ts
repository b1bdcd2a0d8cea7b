/** Shrinking on both levels: a smaller setting first, then fewer preemptions in it. */
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

/** Seeds that are tried in each smaller setting. */
const SEEDS_EACH = 60;
/** Executions for the settings; for other ways into the same failure, and for shrinking each of them. */
const FOR_SETTINGS = 1500;
const FOR_WAYS = 400;
const FOR_WAY = 600;
const FOR_MERGING = 600;
/** What finds it with few preemptions, if it can be found with few. */
const FEW_SWITCHES = ['pct:2', 'pct:3', 'pct:5'];
/** A list as short as this is read at a glance. */
const SHORT = 6;

/**
 * A smaller way into the failure `wanted` than `way`.
 * @param pristine the program without the planted bug, if one is planted
 */
export function shrink(ground: Ground, way: Way, wanted: Outcome, { strategy, firstSeed }: Source, budget: Budget, pristine?: LoadedScenario): Way {
  const first = { stand: way.stand, preemptions: shrinkPreemptions(way.stand, way.preemptions, wanted, budget.part(FOR_WAY)) };
  const forSettings = budget.part(FOR_SETTINGS);
  const same = pristine === undefined ? byOrderAlone(way, wanted, forSettings) : unlikePristine(pristine, ground.makeOracle, wanted);
  const isSame = (candidate: Way) => same(candidate, forSettings);
  // What the same preemptions show costs an execution a setting; the rest is searched for.
  const easy = shrinkSetting(ground, first, wanted, { strategy, firstSeed, seeds: 0, isSame }, forSettings);
  const smaller = shrinkSetting(ground, easy, wanted, { strategy, firstSeed, seeds: SEEDS_EACH, isSame }, forSettings);
  let best = shrinkPreemptions(smaller.stand, smaller.preemptions, wanted, budget.part(FOR_WAY));
  // Other seeds come to the same by other ways, of which one may be shorter.
  const others = [...FEW_SWITCHES.map(makeStrategy), strategy];
  const search = budget.part(FOR_WAYS);
  for (let i = 0; best.length > SHORT && search.take(); i++) {
    const { outcome, preemptions, execution } = smaller.stand.run(others[i % others.length], (firstSeed + i) % 2 ** 32);
    search.pay(execution.steps);
    if (!failsAlike(outcome, wanted)) continue;
    const other = shrinkPreemptions(smaller.stand, preemptions, wanted, budget.part(FOR_WAY));
    if (other.length < best.length) best = other;
  }
  best = mergePreemptions(ground, smaller.stand, best, wanted, budget.part(FOR_MERGING));
  // What is still long gets all that is left.
  if (best.length > SHORT) best = shrinkPreemptions(smaller.stand, best, wanted, budget);
  return { stand: smaller.stand, preemptions: best };
}
