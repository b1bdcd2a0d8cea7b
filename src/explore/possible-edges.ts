/** The protocol edges that a scenario could pass: those in the functions that its threads can reach. */
import type { Core } from './load.ts';
import type { LoadedScenario } from './load-scenario.ts';
import { Explorer } from './scheduler.ts';
import { settingsOf } from './campaigns/settings.ts';
import { settingOf, type MakeOracle } from './scenarios/scenario.ts';
import { ReplayPreemptions } from './strategies/preemptions.ts';
import { EDGES } from '../rewrite/edges/catalog.ts';

/** The export that each M of a user's scenario runs. */
const USERS_RUN = 'user_run';

const noOracle: MakeOracle = () => ({ forget() {}, check: () => ({ problems: [] }) });

/**
 * Returns, by number in EDGES, 1 for each edge that the scenario could pass, as far as the source shows.
 * @param fixed knobs with a fixed value
 */
export function possibleEdges({ core, scenario, reach }: LoadedScenario, fixed: Readonly<Record<string, number>> = {}): Uint8Array {
  const asked = new Set([USERS_RUN]);
  let isPreparing = true;
  // The exports of a scenario are found by running it. Coroutines that prepare the memory run alone, and don't count.
  const noting = new Proxy(core, {
    get(target, name, receiver) {
      const value = Reflect.get(target, name, receiver) as unknown;
      if (typeof name === 'string' && !(isPreparing && isCoroutineFunction(value))) asked.add(name);
      return value;
    },
  }) as Core;
  for (const knobs of settingsOf(scenario, fixed)) {
    isPreparing = true;
    const { template, threads, stepLimit } = scenario.prepare(noting, settingOf(scenario, knobs), noOracle);
    isPreparing = false;
    new Explorer({ core, template, threads, stepLimit, strategy: new ReplayPreemptions([]) }).run(0);
  }
  const possible = new Uint8Array(EDGES.length);
  const byExport = reach();
  for (const name of asked) for (const edge of byExport[name] ?? []) possible[edge] = 1;
  return possible;
}

function isCoroutineFunction(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object GeneratorFunction]';
}
