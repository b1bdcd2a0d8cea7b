/** Finds scenarios and mutants by name. Names are what threads pass and logs contain. */
import { UsageError } from '../base/fatal.ts';
import { MUTANTS } from '../mutants/catalog.ts';
import type { KnownBug } from '../mutants/known-bug.ts';
import { CANARIES, SCENARIOS } from './scenarios/catalog.ts';
import type { Scenario } from './scenarios/scenario.ts';

/** Returns the scenario or canary called `name`. @throws UsageError if there is none */
export function findScenario(name: string): Scenario {
  return find([...SCENARIOS, ...CANARIES], name, 'scenario', 'sweepgen explore --list');
}

/** Returns the mutant called `name`. @throws UsageError if there is none */
export function findMutant(name: string): KnownBug {
  return find(MUTANTS, name, 'mutant', 'sweepgen explore --list');
}

function find<Item extends { readonly name: string }>(items: readonly Item[], name: string, what: string, list: string): Item {
  const found = items.find((item) => item.name === name);
  if (found === undefined) throw new UsageError(`there is no ${what} '${name}'; ${list} shows them`);
  return found;
}
