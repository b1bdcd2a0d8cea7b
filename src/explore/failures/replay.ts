/** Runs a recorded failure again, and reports whether it still fails. */
import { UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { settingsOf } from '../campaigns/settings.ts';
import type { LoadedCore } from '../load.ts';
import { loadScenario, type LoadedScenario } from '../load-scenario.ts';
import type { Monitor } from '../monitor.ts';
import type { Mutant } from '../../mutants/mutant.ts';
import { MONITOR_NAMES, makeMonitors } from '../monitors/catalog.ts';
import { MUTANTS } from '../../mutants/catalog.ts';
import { CANARIES, SCENARIOS } from '../scenarios/catalog.ts';
import { isModulePath } from '../user-scenario.ts';
import type { Departure } from '../strategies/preemptions.ts';
import { knobsOf, settingOf, type MakeOracle, type Scenario, type Setting } from '../scenarios/scenario.ts';
import type { Artefact } from './artefact.ts';
import { divergenceOf } from './divergence.ts';
import { failsAlike } from './outcome.ts';
import { record, type Recording } from './recording.ts';
import type { Ground } from './stand.ts';

export interface ReplayOptions {
  readonly makeOracle: MakeOracle;
  /** Makes the monitors of these names; the registry's by default. */
  readonly makeMonitors?: (names: readonly string[]) => readonly Monitor[];
  /** The scenario and the hooked variant of its core; loaded by default. */
  readonly loaded?: LoadedScenario;
}

export interface Replayed {
  /** The execution fails as recorded: the same verdict for the same reason. */
  readonly fails: boolean;
  /** A sentence about the first difference from the recorded execution; '' if there is none. */
  readonly divergence: string;
  /** The failure was recorded with another build of the core. */
  readonly otherBuild: boolean;
  readonly recording: Recording;
  readonly ground: Ground;
  readonly setting: Setting;
  readonly core: LoadedCore;
}

/** @throws UsageError if the artefact names something unknown */
export async function replayArtefact(artefact: Artefact, options: ReplayOptions): Promise<Replayed> {
  const core = options.loaded ?? (await load(artefact));
  const { scenario } = core;
  const setting = settingFor(scenario, artefact);
  const monitors = options.makeMonitors?.(artefact.monitors) ?? knownMonitors(core, artefact.monitors);
  checkLanes(artefact, scenario, setting);
  const ground = { core: core.core, scenario, makeOracle: options.makeOracle, memory: artefact.memory, monitors };
  const recording = record(ground, setting, departuresOf(artefact));
  checkThreads(artefact, recording);
  return {
    fails: failsAlike(recording.outcome, artefact),
    divergence: divergenceOf(artefact, recording, core.sites),
    otherBuild: core.build !== artefact.build,
    recording, ground, setting, core,
  };
}

/** Returns the departures that `artefact` records. */
export function departuresOf({ preemptions, values = [] }: Artefact): readonly Departure[] {
  return [...preemptions, ...values];
}

function load(artefact: Artefact): Promise<LoadedScenario> {
  const { scenario } = artefact;
  if (!isModulePath(scenario)) named([...SCENARIOS, ...CANARIES], scenario, 'scenario');
  return loadScenario(scenario, true, mutantOf(artefact));
}

/** Returns the planted mutant; undefined for the unchanged source. */
export function mutantOf({ mutant }: Artefact): Mutant | undefined {
  return mutant === null ? undefined : named(MUTANTS, mutant, 'mutant');
}

function knownMonitors({ core, sites }: LoadedCore, names: readonly string[]): readonly Monitor[] {
  for (const name of names) named(MONITOR_NAMES.map((each) => ({ name: each })), name, 'monitor');
  return makeMonitors(core, sites, names);
}

function settingFor(scenario: Scenario, { knobs, operations }: Artefact): Setting {
  for (const [name, value] of Object.entries(knobs)) {
    const { values } = named(scenario.knobs, name, `knob of ${scenario.name}`);
    if (!values.includes(value)) throw new UsageError(`the recorded failure has ${name}=${value}; ${name} of ${printable(scenario.name)} can be ${values.join(', ')}`);
  }
  return operations === null ? settingOf(scenario, knobs) : { knobs: knobsOf(scenario, knobs), operations: operations as Setting['operations'] };
}

/** @throws UsageError if a preemption or a critical access is of a thread that does not exist */
function checkThreads({ preemptions, values = [], pairs }: Artefact, { names }: Recording): void {
  const threads = [...preemptions.flatMap(({ thread, to }) => [thread, to]), ...[...values, ...pairs.flat()].map(({ thread }) => thread)];
  const unknown = threads.find((thread) => thread >= names.length);
  if (unknown !== undefined) throw new UsageError(`the recorded failure tells of thread ${unknown}; there are ${names.length}, from 0 on`);
}

/**
 * Checks that the operations fit the scenario.
 * @throws UsageError for another number of lists, or an operation that the scenario has with no knobs
 */
function checkLanes({ operations }: Artefact, scenario: Scenario, { knobs }: Setting): void {
  if (operations === null) return;
  const usual = scenario.operations?.(knobs) ?? [];
  if (operations.length !== usual.length) throw new UsageError(`the recorded failure has operations for ${operations.length} threads; ${printable(scenario.name)} has them for ${usual.length}`);
  // If a larger knob was made smaller, the operations stayed.
  const known = new Set(settingsOf(scenario, {}).flatMap((each) => scenario.operations?.(each) ?? []).flat().map((each) => each.join(' ')));
  const unknown = operations.flat().find((each) => !known.has(each.join(' ')));
  if (unknown !== undefined) throw new UsageError(`the recorded failure has the operation '${printable(unknown.join(' '))}', which ${printable(scenario.name)} does not have`);
}

function named<Item extends { readonly name: string }>(items: readonly Item[], name: string, what: string): Item {
  const found = items.find((item) => item.name === name);
  if (found === undefined) throw new UsageError(`the recorded failure needs the ${what} '${printable(name)}', which this sweepgen does not have`);
  return found;
}
