/**
 * The first level of shrinking: the same failure with fewer operations and smaller knobs.
 *
 * 1. Try a smaller setting, the boldest first: a smaller knob, a thread without operations, halves of a
 *    thread's operations, single operations.
 * 2. Replay the present preemptions in it. If it does not fail alike, try fresh seeds.
 * 3. If it fails alike, and same-failure.ts agrees, continue from that setting. Otherwise try the next one.
 *
 * Invariants: operations that a scenario keeps are never left out, and operations of one bond only together.
 */
import type { Operations } from '../scenarios/operation.ts';
import { knobsOf, type Knobs, type Scenario, type Setting } from '../scenarios/scenario.ts';
import type { Departure } from '../strategies/preemptions.ts';
import type { Strategy } from '../strategy.ts';
import type { Budget } from './budget.ts';
import { failsAlike, type Outcome } from './outcome.ts';
import { Stand, type Ground } from './stand.ts';

/** A way to a failure: a setting, and preemptions in it. */
export interface Way {
  readonly stand: Stand;
  readonly departures: readonly Departure[];
}

export interface Search {
  /** Searches for the failure if the present preemptions don't lead to it. */
  readonly strategy: Strategy;
  readonly firstSeed: number;
  /** Executions in each setting. */
  readonly seeds: number;
  /** Reports whether the failure in a setting is the same one (same-failure.ts). */
  readonly isSame: (way: Way) => boolean;
}

/** Moves to smaller settings while one fails like `wanted`. Each is tried with its preemptions, then with fresh seeds. */
export function shrinkSetting(ground: Ground, way: Way, wanted: Outcome, search: Search, budget: Budget): Way {
  let best = way;
  for (let found = true; found && !budget.spent; ) {
    found = false;
    for (const setting of smallerSettings(ground.scenario, best.stand.setting)) {
      const smaller = failIn(new Stand(ground, setting), best.departures, wanted, search, budget);
      if (smaller === null) continue;
      best = smaller;
      found = true;
      break;
    }
  }
  return best;
}

function failIn(stand: Stand, departures: readonly Departure[], wanted: Outcome, { strategy, firstSeed, seeds, isSame }: Search, budget: Budget): Way | null {
  for (let i = -1; i < seeds && budget.take(); i++) {
    const trial = i < 0 ? stand.replay(departures) : stand.run(strategy, (firstSeed + i) % 2 ** 32);
    budget.pay(trial.execution.steps);
    if (!failsAlike(trial.outcome, wanted)) continue;
    const way = { stand, departures: trial.departures };
    if (isSame(way)) return way;
  }
  return null;
}

/** Yields smaller settings, the boldest first: smaller knobs, then whole threads, halves and single operations left out. */
export function* smallerSettings(scenario: Scenario, setting: Setting): Generator<Setting> {
  const { knobs } = setting;
  for (const { name, values } of scenario.knobs) {
    for (const value of values.filter((each) => each < knobs[name]).sort((a, b) => a - b)) {
      const smaller = knobsOf(scenario, { ...knobs, [name]: value });
      yield { knobs: smaller, operations: operationsFor(scenario, smaller, setting) };
    }
  }
  for (const fewer of fewerOperations(scenario, setting)) yield { knobs, operations: fewer };
}

/** Reports whether the operations are the scenario's default with these knobs. */
export function isWhole(scenario: Scenario, { knobs, operations }: Setting): boolean {
  return JSON.stringify(operations) === JSON.stringify(scenario.operations?.(knobs) ?? []);
}

/** Returns the operations for other knobs. If some were left out, the remaining threads keep what they have. */
function operationsFor(scenario: Scenario, smaller: Knobs, setting: Setting): Operations {
  const usual = scenario.operations?.(smaller) ?? [];
  if (isWhole(scenario, setting)) return usual;
  return withWholeBonds(scenario, setting, usual.map((each, thread) => setting.operations[thread] ?? each));
}

function* fewerOperations(scenario: Scenario, setting: Setting): Generator<Operations> {
  const { operations } = setting;
  const longest = Math.max(0, ...operations.map((each) => each.length));
  for (let chunk = longest; chunk >= 1; chunk = chunk >> 1) {
    for (const [thread, own] of operations.entries()) {
      if (own.length <= chunk >> 1) continue;
      for (let from = 0; from < own.length; from += chunk) {
        const kept = own.filter((each, i) => i < from || i >= from + chunk || (scenario.keeps?.(each, thread, setting.knobs) ?? false));
        const fewer = withWholeBonds(scenario, setting, operations.with(thread, kept));
        if (sizeOf(fewer) < sizeOf(operations) && keepsAll(scenario, setting, fewer)) yield fewer;
      }
    }
  }
}

/** Returns `fewer` without the operations whose bond lost a member that `setting` had. */
function withWholeBonds(scenario: Scenario, { knobs, operations }: Setting, fewer: Operations): Operations {
  if (scenario.bond === undefined) return fewer;
  const bonds = (list: Operations) => list.flatMap((own, thread) => own.map((each) => scenario.bond!(each, thread, knobs)));
  const before = countOf(bonds(operations));
  const after = countOf(bonds(fewer));
  return fewer.map((own, thread) => own.filter((each) => {
    const bond = scenario.bond!(each, thread, knobs);
    return bond === undefined || (after.get(bond) ?? 0) >= (before.get(bond) ?? 0);
  }));
}

/** Reports whether `fewer` has all operations that must be kept: dropping a bond may have removed some. */
function keepsAll(scenario: Scenario, { knobs, operations }: Setting, fewer: Operations): boolean {
  const { keeps } = scenario;
  if (keeps === undefined) return true;
  const kept = (list: Operations) => list.map((own, thread) => own.filter((each) => keeps(each, thread, knobs)).length).join();
  return kept(fewer) === kept(operations);
}

function countOf<Item>(items: readonly Item[]): Map<Item, number> {
  const counts = new Map<Item, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

function sizeOf(operations: Operations): number {
  return operations.reduce((sum, own) => sum + own.length, 0);
}
