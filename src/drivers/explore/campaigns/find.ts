/** Scenarios and mutants by the name that travels between threads and stands in logs. */
import { MUTANTS } from '../mutants/catalog.ts';
import type { KnownBug } from '../mutants/known-bug.ts';
import { SCENARIOS } from '../scenarios/catalog.ts';
import type { Scenario } from '../scenarios/scenario.ts';

export function findScenario(name: string): Scenario {
  return find(SCENARIOS, name, 'scenario');
}

export function findMutant(name: string): KnownBug {
  return find(MUTANTS, name, 'mutant');
}

function find<Item extends { readonly name: string }>(items: readonly Item[], name: string, what: string): Item {
  const found = items.find((item) => item.name === name);
  if (found === undefined) throw new Error(`there is no ${what} ${name}`);
  return found;
}
