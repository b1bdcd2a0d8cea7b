/** A scenario by its name, and the core that it runs on: the catalog's, or a module's built together with it. */
import { UsageError } from '../../base/fatal.ts';
import { loadCore, type LoadedCore } from './load.ts';
import type { Mutant } from './mutant.ts';
import { CANARIES, SCENARIOS } from './scenarios/catalog.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { isModulePath, loadUserScenario } from './user-scenario.ts';

export interface LoadedScenario extends LoadedCore {
  readonly scenario: Scenario;
}

/** @throws UsageError when there is none of that name, or its module is unusable */
export async function loadScenario(name: string, hooked: boolean, mutant?: Mutant): Promise<LoadedScenario> {
  if (isModulePath(name)) return loadUserScenario(name, hooked, mutant);
  const scenario = [...SCENARIOS, ...CANARIES].find((each) => each.name === name);
  if (scenario === undefined) throw new UsageError(`there is no scenario '${name}'; sweepgen explore --list shows them`);
  return { ...(await loadCore(hooked, mutant)), scenario };
}
