/** Runs scenarios under monitors, as they are or with a bug in the core. */
import { Violation, type Execution } from '../../../src/explore/execution.ts';
import { loadCore, type LoadedCore } from '../../../src/explore/load.ts';
import { makeMonitors } from '../../../src/explore/monitors/catalog.ts';
import type { Mutant } from '../../../src/mutants/mutant.ts';
import { RandomWalk } from '../../../src/explore/strategies/random-walk.ts';
import { SCENARIOS } from '../../../src/explore/scenarios/catalog.ts';
import { settingOf } from '../../../src/explore/scenarios/scenario.ts';
import { Explorer } from '../../../src/explore/scheduler.ts';

const NO_ORACLE = { forget() {}, check: () => ({ problems: [] }) };

/** The first of `executions` executions of the scenario to which one of `monitors` objects. */
export function watch({ core, sites }: LoadedCore, scenario: string, monitors: readonly string[], executions: number): Execution | undefined {
  const found = SCENARIOS.find(({ name }) => name === scenario)!;
  const prepared = found.prepare(core, settingOf(found), () => NO_ORACLE);
  const watching = makeMonitors(core, sites, monitors);
  const explorers = [10, 1, 100].map((distance) => new Explorer({ core, ...prepared, check: () => '', strategy: new RandomWalk(distance), monitors: watching }));
  for (let seed = 1; seed <= executions; seed++) {
    const execution = explorers[seed % explorers.length].run(seed);
    if (execution.error instanceof Violation) return execution;
    if (execution.verdict === 'exception') throw execution.error;
  }
  return undefined;
}

/** Returns the facts of the first execution in which `monitor` sees the bug; [''] if it never does. */
export async function facts(mutant: Mutant, scenario: string, monitor: string, executions = 300): Promise<readonly string[]> {
  const execution = watch(await loadCore(true, mutant), scenario, [monitor], executions);
  return execution === undefined ? [''] : (execution.error as Violation).facts;
}

/** A bug in one place. */
export function bug(file: string, find: string, replace: string): Mutant {
  return { name: 'planted', history: 'constructed', breaks: 'a law', file, find, replace };
}
