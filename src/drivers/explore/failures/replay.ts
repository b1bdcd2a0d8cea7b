/** Runs a recorded failure again, and says whether it is still there. */
import { UsageError } from '../../../base/fatal.ts';
import type { LoadedCore } from '../load.ts';
import { loadScenario, type LoadedScenario } from '../load-scenario.ts';
import type { Monitor } from '../monitor.ts';
import type { Mutant } from '../mutant.ts';
import { MONITOR_NAMES, makeMonitors } from '../monitors/catalog.ts';
import { MUTANTS } from '../mutants/catalog.ts';
import { CANARIES, SCENARIOS } from '../scenarios/catalog.ts';
import { isModulePath } from '../user-scenario.ts';
import { knobsOf, settingOf, type MakeOracle, type Scenario, type Setting } from '../scenarios/scenario.ts';
import type { Artefact } from './artefact.ts';
import { divergenceOf } from './divergence.ts';
import { failsAlike } from './outcome.ts';
import { record, type Recording } from './recording.ts';
import type { Ground } from './stand.ts';

export interface ReplayOptions {
  readonly makeOracle: MakeOracle;
  /** Those of these names; of the catalog unless given. */
  readonly makeMonitors?: (names: readonly string[]) => readonly Monitor[];
  /** The scenario and the hooked variant of its core; loaded unless given. */
  readonly loaded?: LoadedScenario;
}

export interface Replayed {
  /** It fails as recorded: the same verdict for the same reason. */
  readonly fails: boolean;
  /** Where it departs from the recorded execution, in a sentence; '' if nowhere. */
  readonly divergence: string;
  /** The core is not the one that it was recorded with. */
  readonly otherBuild: boolean;
  readonly recording: Recording;
  readonly ground: Ground;
  readonly setting: Setting;
  readonly core: LoadedCore;
}

/** @throws UsageError when the artefact names what there is not */
export async function replayArtefact(artefact: Artefact, options: ReplayOptions): Promise<Replayed> {
  const core = options.loaded ?? (await load(artefact));
  const { scenario } = core;
  const setting = settingFor(scenario, artefact);
  const monitors = options.makeMonitors?.(artefact.monitors) ?? knownMonitors(core, artefact.monitors);
  const ground = { core: core.core, scenario, makeOracle: options.makeOracle, monitors };
  const recording = record(ground, setting, artefact.preemptions);
  return {
    fails: failsAlike(recording.outcome, artefact),
    divergence: divergenceOf(artefact, recording, core.sites),
    otherBuild: core.build !== artefact.build,
    recording, ground, setting, core,
  };
}

function load(artefact: Artefact): Promise<LoadedScenario> {
  const { scenario } = artefact;
  if (!isModulePath(scenario)) named([...SCENARIOS, ...CANARIES], scenario, 'scenario');
  return loadScenario(scenario, true, mutantOf(artefact));
}

/** The mutant that was planted; undefined for the source as it is. */
export function mutantOf({ mutant }: Artefact): Mutant | undefined {
  return mutant === null ? undefined : named(MUTANTS, mutant, 'mutant');
}

function knownMonitors({ core, sites }: LoadedCore, names: readonly string[]): readonly Monitor[] {
  for (const name of names) named(MONITOR_NAMES.map((each) => ({ name: each })), name, 'monitor');
  return makeMonitors(core, sites, names);
}

function settingFor(scenario: Scenario, { knobs, operations }: Artefact): Setting {
  for (const name of Object.keys(knobs)) named(scenario.knobs, name, `knob of ${scenario.name}`);
  return operations === null ? settingOf(scenario, knobs) : { knobs: knobsOf(scenario, knobs), operations: operations as Setting['operations'] };
}

function named<Item extends { readonly name: string }>(items: readonly Item[], name: string, what: string): Item {
  const found = items.find((item) => item.name === name);
  if (found === undefined) throw new UsageError(`the recorded failure needs the ${what} '${name}', which this sweepgen does not have`);
  return found;
}
