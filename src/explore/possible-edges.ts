/** The protocol edges that a scenario could pass: those that the functions it starts can come by. */
import type { Core } from './load.ts';
import type { LoadedScenario } from './load-scenario.ts';
import { Explorer } from './scheduler.ts';
import { settingsOf } from './campaigns/settings.ts';
import { settingOf, type MakeOracle } from './scenarios/scenario.ts';
import { ReplayPreemptions } from './strategies/preemptions.ts';
import { EDGES } from '../rewrite/edges/catalog.ts';

/** What each M of a user's scenario does. */
const USERS_RUN = 'user_run';

const noOracle: MakeOracle = () => ({ forget() {}, check: () => ({ problems: [] }) });

/**
 * By the numbers of EDGES: 1 for an edge that the scenario could pass, as far as the source tells.
 * @param fixed knobs that keep one value
 */
export function possibleEdges({ core, scenario, reach }: LoadedScenario, fixed: Readonly<Record<string, number>> = {}): Uint8Array {
  const asked = new Set([USERS_RUN]);
  let isPreparing = true;
  // Which exports a scenario starts shows when it starts them. A coroutine that it runs before runs with no thread beside it.
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
