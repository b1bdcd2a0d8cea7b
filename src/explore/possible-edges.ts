/** The protocol edges that a scenario could pass: those in the functions that its threads can reach. */
import type { Core } from './load.ts';
import { loadScenario, type LoadedScenario } from './load-scenario.ts';
import { Explorer } from './scheduler.ts';
import { settingsOf } from './campaigns/settings.ts';
import { settingOf, type Knobs, type MakeOracle, type Scenario } from './scenarios/scenario.ts';
import { ReplayPreemptions } from './strategies/preemptions.ts';
import { EDGES } from '../rewrite/edges/catalog.ts';

/** The export that each M of a user's scenario runs. */
const USERS_RUN = 'user_run';

const noOracle: MakeOracle = () => ({ forget() {}, check: () => ({ problems: [] }) });

/**
 * Returns, by number in EDGES, 1 for each edge that the scenario could pass, as far as the source shows. Tries the
 * default setting, and each other value of a knob alone: all combinations would take seconds, and find the same.
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
  for (const knobs of settingsAround(scenario, fixed)) {
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

/** Returns the settings that differ from the default in at most one knob. */
function settingsAround(scenario: Scenario, fixed: Readonly<Record<string, number>>): Knobs[] {
  const [usual, ...others] = settingsOf(scenario, fixed);
  const differing = (knobs: Knobs) => Object.keys(usual).filter((name) => knobs[name] !== usual[name]).length;
  return [usual, ...others.filter((knobs) => differing(knobs) === 1)];
}

/**
 * Returns the possible edges of each of these scenarios.
 * @param fixed knobs with a fixed value
 * @throws UsageError if there is no such scenario
 */
export async function possibleByScenario(names: readonly string[], fixed: Readonly<Record<string, number>>): Promise<Map<string, Uint8Array>> {
  const possible = new Map<string, Uint8Array>();
  for (const name of names) possible.set(name, possibleEdges(await loadScenario(name, false), fixed));
  return possible;
}

/** Returns, by number in EDGES, 1 for each edge that one of the scenarios could pass. */
export function possibleInAny(possible: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const any = new Uint8Array(EDGES.length);
  for (const edges of possible.values()) edges.forEach((each, i) => (any[i] |= each));
  return any;
}

function isCoroutineFunction(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object GeneratorFunction]';
}
