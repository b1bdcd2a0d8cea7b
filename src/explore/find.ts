/** Scenarios and mutants by the name that travels between threads and stands in logs. */
import { UsageError } from '../base/fatal.ts';
import { MUTANTS } from '../mutants/catalog.ts';
import type { KnownBug } from '../mutants/known-bug.ts';
import { CANARIES, SCENARIOS } from './scenarios/catalog.ts';
import type { Scenario } from './scenarios/scenario.ts';

/** @throws UsageError when there is none of that name; canaries are found too. */
export function findScenario(name: string): Scenario {
  return find([...SCENARIOS, ...CANARIES], name, 'scenario', 'sweepgen explore --list');
}

/** @throws UsageError when there is none of that name. */
export function findMutant(name: string): KnownBug {
  return find(MUTANTS, name, 'mutant', 'sweepgen explore --list');
}

function find<Item extends { readonly name: string }>(items: readonly Item[], name: string, what: string, list: string): Item {
  const found = items.find((item) => item.name === name);
  if (found === undefined) throw new UsageError(`there is no ${what} '${name}'; ${list} shows them`);
  return found;
}
