/** Loads a scenario by name, with its core: from the catalog, or from a user's module that is built with the core. */
import { findScenario } from './find.ts';
import { loadCore, type LoadedCore } from './load.ts';
import type { Mutant } from '../mutants/mutant.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { isModulePath, loadUserScenario } from './user-scenario.ts';

export interface LoadedScenario extends LoadedCore {
  readonly scenario: Scenario;
}

/** @throws UsageError if there is no such scenario, or its module is unusable */
export async function loadScenario(name: string, hooked: boolean, mutant?: Mutant): Promise<LoadedScenario> {
  if (isModulePath(name)) return loadUserScenario(name, hooked, mutant);
  const scenario = findScenario(name);
  return { ...(await loadCore(hooked, mutant)), scenario };
}
