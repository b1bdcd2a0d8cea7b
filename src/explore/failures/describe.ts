/** Turns a failing execution into an artefact: records, shrinks and explains it. */
import type { LoadedCore } from '../load.ts';
import type { LoadedScenario } from '../load-scenario.ts';
import type { Monitor } from '../monitor.ts';
import { makeMonitors } from '../monitors/catalog.ts';
import type { Mutant } from '../../mutants/mutant.ts';
import type { Operations } from '../scenarios/operation.ts';
import { settingOf, type MakeOracle, type Scenario, type Setting } from '../scenarios/scenario.ts';
import { isOlderValue, isPreemption, type Departure } from '../strategies/preemptions.ts';
import type { Strategy } from '../strategy.ts';
import type { Memory } from '../weak/memory.ts';
import { packTrace, type Artefact, type CriticalPair } from './artefact.ts';
import { Budget } from './budget.ts';
import { criticalPairs } from './critical-pair.ts';
import { lanesOf, type Lanes } from './lanes.ts';
import { encodeLine } from './line.ts';
import { failsAlike, type Outcome } from './outcome.ts';
import { record, type Recording } from './recording.ts';
import { shrink } from './shrink.ts';
import { storyOf } from './story.ts';
import { Stand, type Ground } from './stand.ts';
import { checkpointsOf, siteKey } from './trace.ts';

/** Everything needed to run a failing execution again. */
export interface Failure {
  readonly scenario: Scenario;
  readonly setting: Setting;
  readonly mutant?: Mutant;
  /** The strategy that found it, or a fresh one with the same parameters. */
  readonly strategy: Strategy;
  readonly seed: number;
  /** The schedule, if it does not follow from the strategy's parameters and the seed alone. */
  readonly departures?: readonly Departure[];
  /** Decides what loads return; 'sc' by default. */
  readonly memory?: Memory;
  /** Names of the monitors that watched. */
  readonly monitors?: readonly string[];
}

export interface InvestigateOptions {
  /** The hooked variant, with the mutant. */
  readonly core: LoadedCore;
  readonly makeOracle: MakeOracle;
  /** For a mutant: the same scenario on the unchanged source. What fails there too is another failure. */
  readonly pristine?: LoadedScenario;
  /** Makes the monitors of these names; the registry's by default. */
  readonly makeMonitors?: (names: readonly string[]) => readonly Monitor[];
  /** Most executions; EXECUTIONS by default. */
  readonly executions?: number;
  /** Called after each execution. */
  readonly onProgress?: (executions: number) => void;
}

export interface Investigation {
  readonly artefact: Artefact;
  /** The argument of `sweepgen replay`. */
  readonly line: string;
  readonly outcome: Outcome;
  /** Sentences about the critical pair; none if there is no pair. */
  readonly story: readonly string[];
  readonly lanes: Lanes;
}

export const EXECUTIONS = 4000;
/** Most accesses: a few seconds. */
const ACCESSES = 20_000_000;
/** Further executions and accesses for the critical pair. */
const PAIR_EXECUTIONS = 300;
const PAIR_ACCESSES = 5_000_000;
/** Hashes in a line. */
const CHECKPOINTS = 16;

/**
 * Investigates `failure`.
 * @throws Error if the failure does not repeat: it depends on more than it should
 */
export function investigate(failure: Failure, options: InvestigateOptions): Investigation {
  const { scenario, setting, strategy, seed } = failure;
  const ground: Ground = {
    core: options.core.core,
    scenario,
    makeOracle: options.makeOracle,
    memory: failure.memory,
    monitors: (options.makeMonitors ?? ofCatalog(options.core))(failure.monitors ?? []),
  };
  const stand = new Stand(ground, setting);
  const found = failure.departures === undefined ? stand.run(strategy, seed) : stand.replay(failure.departures);
  if (found.outcome.verdict === 'ok') throw new Error(`${scenario.name}, ${strategy.name}, seed ${seed}: the failure does not come up again`);
  const budget = new Budget(options.executions ?? EXECUTIONS, ACCESSES, options.onProgress);
  const way = shrink(ground, { stand, departures: found.departures }, found.outcome, { strategy, firstSeed: seed + 1 }, budget, options.pristine);
  const recording = record(ground, way.stand.setting, way.departures);
  if (!failsAlike(recording.outcome, found.outcome)) throw new Error(`${scenario.name}, ${strategy.name}, seed ${seed}: the shrunk failure does not come up again`);
  // The explanation gets a budget of its own: the shrinking may have used up the other.
  const pairs = criticalPairs(way.stand, recording, new Budget(PAIR_EXECUTIONS, PAIR_ACCESSES));
  const artefact = artefactOf(failure, way.stand.setting, recording, pairs, options.core);
  const lanes = lanesOf(ground, way.stand.setting, options.core.sites, recording, pairs);
  return { artefact, line: encodeLine(artefact), outcome: recording.outcome, story: storyOf(recording, pairs, lanes), lanes };
}

function ofCatalog({ core, sites }: LoadedCore): (names: readonly string[]) => readonly Monitor[] {
  return (names) => makeMonitors(core, sites, names);
}

function artefactOf(failure: Failure, setting: Setting, recording: Recording, pairs: readonly CriticalPair[], { sites, build }: LoadedCore): Artefact {
  const { trace, outcome } = recording;
  const usual = settingOf(failure.scenario, setting.knobs);
  const keys = sites.map(siteKey);
  return {
    schema: 1,
    scenario: failure.scenario.name,
    knobs: unusualKnobs(failure.scenario, setting),
    operations: same(setting.operations, usual.operations) ? null : setting.operations.map((own) => own.map((each): [string, ...number[]] => [...each])),
    mutant: failure.mutant?.name ?? null,
    monitors: [...(failure.monitors ?? [])],
    strategy: failure.strategy.spec ?? failure.strategy.name,
    seed: failure.seed,
    preemptions: recording.departures.filter(isPreemption),
    ...(failure.memory !== undefined && failure.memory !== 'sc' && { memory: failure.memory, values: recording.departures.filter(isOlderValue) }),
    verdict: outcome.verdict as Artefact['verdict'],
    thread: outcome.thread,
    facts: [...outcome.facts],
    steps: trace.length,
    checkpoints: asWritten(checkpointsOf(trace, sites, Math.max(1, Math.ceil(trace.length / CHECKPOINTS)))),
    build,
    pairs: [...pairs],
    trace: packTrace(Array.from({ length: trace.length }, (_, step) => ({ thread: trace.threadAt(step), site: keys[trace.siteAt(step)] }))),
  };
}

function asWritten({ every, hashes }: ReturnType<typeof checkpointsOf>): Artefact['checkpoints'] {
  return { every, hashes: [...hashes] };
}

function unusualKnobs(scenario: Scenario, { knobs }: Setting): Record<string, number> {
  return Object.fromEntries(scenario.knobs.filter(({ name, values: [first] }) => knobs[name] !== first).map(({ name }) => [name, knobs[name]]));
}

function same(one: Operations, other: Operations): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
