/** The first level of shrinking: the same failure with fewer operations, and with smaller knobs. */
import { knobsOf, type Knobs, type Operation, type Operations, type Scenario, type Setting } from '../scenarios/scenario.ts';
import type { Preemption } from '../strategies/preemptions.ts';
import type { Strategy } from '../strategy.ts';
import type { Budget } from './budget.ts';
import { failsAlike, type Outcome } from './outcome.ts';
import { Stand, type Ground } from './stand.ts';

/** How a failure comes about: in which setting, by which preemptions. */
export interface Way {
  readonly stand: Stand;
  readonly preemptions: readonly Preemption[];
}

export interface Search {
  /** Looks for the failure where the present preemptions don't lead to it. */
  readonly strategy: Strategy;
  readonly firstSeed: number;
  /** Executions in each setting. */
  readonly seeds: number;
}

/** Takes a smaller setting as long as one fails like `wanted`; each is given its preemptions, then fresh seeds. */
export function shrinkSetting(ground: Ground, way: Way, wanted: Outcome, search: Search, budget: Budget): Way {
  let best = way;
  for (let found = true; found && !budget.spent; ) {
    found = false;
    for (const setting of smallerSettings(ground.scenario, best.stand.setting)) {
      const smaller = failIn(new Stand(ground, setting), best.preemptions, wanted, search, budget);
      if (smaller === null) continue;
      best = smaller;
      found = true;
      break;
    }
  }
  return best;
}

function failIn(stand: Stand, preemptions: readonly Preemption[], wanted: Outcome, { strategy, firstSeed, seeds }: Search, budget: Budget): Way | null {
  for (let i = -1; i < seeds && budget.take(); i++) {
    const trial = i < 0 ? stand.replay(preemptions) : stand.run(strategy, (firstSeed + i) % 2 ** 32);
    budget.pay(trial.execution.steps);
    if (failsAlike(trial.outcome, wanted)) return { stand, preemptions: trial.preemptions };
  }
  return null;
}

/** The boldest steps first: a smaller knob, then whole threads, halves and single ones of the operations. */
export function* smallerSettings(scenario: Scenario, { knobs, operations }: Setting): Generator<Setting> {
  for (const { name, values } of scenario.knobs) {
    for (const value of values.filter((each) => each < knobs[name]).sort((a, b) => a - b)) {
      const smaller = knobsOf(scenario, { ...knobs, [name]: value });
      yield { knobs: smaller, operations: operationsFor(scenario, smaller, operations) };
    }
  }
  for (const fewer of fewerOperations(operations)) yield { knobs, operations: fewer };
}

/** Other knobs may want other threads: those that are left keep what they have. */
function operationsFor(scenario: Scenario, knobs: Knobs, operations: Operations): Operations {
  const usual = scenario.operations?.(knobs) ?? [];
  return usual.map((each, thread) => operations[thread] ?? each);
}

function* fewerOperations(operations: Operations): Generator<Operations> {
  const longest = Math.max(0, ...operations.map((each) => each.length));
  for (let chunk = longest; chunk >= 1; chunk = chunk >> 1) {
    for (const [thread, own] of operations.entries()) {
      if (own.length <= chunk >> 1) continue;
      for (let from = 0; from < own.length; from += chunk) yield operations.with(thread, without(own, from, from + chunk));
    }
  }
}

function without(own: readonly Operation[], from: number, to: number): readonly Operation[] {
  return [...own.slice(0, from), ...own.slice(to)];
}
