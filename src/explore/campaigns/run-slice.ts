/** Runs slices, on a worker or on the caller's thread, and keeps what the next slice may reuse. */
import { setImmediate } from 'node:timers/promises';
import { Verifier } from '../../verify/verifier.ts';
import { Stopped } from '../../run/errors.ts';
import { SEEDS, Session, type FailedExecution } from '../session.ts';
import { explainFailure, explainOutcome, repeatCommand } from '../failure.ts';
import { findMutant, findScenario } from '../find.ts';
import { investigate, type Investigation } from '../failures/describe.ts';
import { laneTable } from '../failures/lane-table.ts';
import { loadCore, type Core, type LoadedCore } from '../load.ts';
import type { LoadedScenario } from '../load-scenario.ts';
import { makeMonitors } from '../monitors/catalog.ts';
import { settingOf, type Prepared, type Scenario, type Setting } from '../scenarios/scenario.ts';
import { makeStrategy } from '../strategies/catalog.ts';
import { ScenarioThrew } from '../user-throws.ts';
import { isModulePath, loadUserScenario } from '../user-scenario.ts';
import { failureKey, stationKey, type Failure, type Shrunk, type Slice, type SliceResult, type Station } from './slice.ts';

/** Reports whether the user wants to stop: an AbortSignal, or a word of shared memory. */
export interface StopSignal {
  readonly aborted: boolean;
}

/** Runs slices one after another. Slices of one station continue where the last one ended. */
export type RunSlice = (slice: Slice, signal?: StopSignal) => Promise<SliceResult>;

/** A station with its core, its memory, and its strategy with what it has learned. */
interface Ready {
  readonly key: string;
  readonly core: Core;
  readonly session: Session;
}

/** Most sessions that are kept: each has a megabyte or two of memory. */
const KEPT = 32;
/** Milliseconds of executions between two yields to the event loop. */
const BATCH_MS = 100;

/** @param now returns milliseconds */
export function makeRunSlice(now: () => number): RunSlice {
  /** Scenarios of the catalog share a core: building one with a mutant takes a second. */
  const cores = new Map<string, Promise<LoadedCore>>();
  const modules = new Map<string, Promise<LoadedScenario>>();
  const kept: Ready[] = [];

  async function load({ scenario, mutant }: Station, hooked: boolean): Promise<LoadedScenario> {
    const planted = mutant === null ? undefined : findMutant(mutant);
    if (isModulePath(scenario)) return once(modules, `${hooked} ${mutant} ${scenario}`, () => loadUserScenario(scenario, hooked, planted));
    return { ...(await once(cores, `${hooked} ${mutant}`, () => loadCore(hooked, planted))), scenario: findScenario(scenario) };
  }

  function ready(station: Station, { core, sites, scenario }: LoadedScenario): Ready {
    const key = stationKey(station);
    const at = kept.findIndex((each) => each.key === key);
    if (at >= 0) {
      kept.push(...kept.splice(at, 1));
      return kept[kept.length - 1];
    }
    const setting = settingOf(scenario, station.knobs);
    const { strategy, memory, monitors: which } = station;
    const monitors = which.length === 0 ? undefined : ({ names }: Prepared) => makeMonitors(core, sites, which, names);
    const session = new Session({ core, prepared: prepare(scenario, core, setting), strategy, memory, monitors });
    kept.push({ key, core, session });
    if (kept.length > KEPT) kept.shift();
    return kept[kept.length - 1];
  }

  return async (slice, signal) => {
    const { station } = slice;
    const loaded = await load(station, station.monitors.length > 0 || isWeak(station));
    try {
      return await runSlice(slice, ready(station, loaded), loaded.scenario, (mutant = station.mutant) => load({ ...station, mutant }, true), now, signal);
    } catch (error) {
      if (error instanceof Unprepared) return unprepared(slice, loaded.scenario, error.message);
      throw error;
    }
  };
}

/** Reports whether loads may return older values there: only the hooked variant can do that. */
function isWeak({ memory = 'sc' }: Station): boolean {
  return memory !== 'sc';
}

/** Returns what `make` returned when `key` was first asked for. */
function once<Value>(made: Map<string, Promise<Value>>, key: string, make: () => Promise<Value>): Promise<Value> {
  let value = made.get(key);
  if (value === undefined) made.set(key, (value = make()));
  return value;
}

/** The scenario's memory can't be prepared: a mutant broke the code that prepares it. */
class Unprepared extends Error {}

function prepare(scenario: Scenario, core: Core, setting: Setting): Prepared {
  try {
    return scenario.prepare(core, setting, (m, writes) => new Verifier(m, writes));
  } catch (error) {
    if (error instanceof ScenarioThrew) throw error;
    throw new Unprepared(error instanceof Error ? error.message : String(error));
  }
}

/** Returns a slice with one failed execution. */
function unprepared(slice: Slice, scenario: Scenario, message: string): SliceResult {
  const { station, seed, known, executions } = slice;
  const facts = message.split('\n');
  const failure: Failure = {
    key: failureKey(station, 'exception', facts),
    station,
    seed,
    verdict: 'exception',
    thread: '',
    facts,
    fault: 'core',
    explanation: ['it broke before the threads began, as their memory was made:', ...facts.map((fact) => `  ${fact}`)],
    steps: 0,
    traceHash: 0,
    repeat: repeat(scenario, station, seed),
    shrunk: null,
  };
  return {
    executions: Math.min(1, executions),
    steps: 0,
    switches: 0,
    seconds: 0,
    hashes: Uint32Array.of(),
    edges: Uint32Array.of(),
    exhausted: false,
    covered: '',
    failures: known.includes(failure.key) ? [] : [failure],
    seen: { [failure.key]: 1 },
  };
}

async function runSlice(slice: Slice, { core, session }: Ready, scenario: Scenario, loadHooked: (mutant?: string | null) => Promise<LoadedScenario>, now: () => number, signal: StopSignal | undefined): Promise<SliceResult> {
  const started = now();
  const end = started + slice.seconds * 1000;
  const hashes: number[] = [];
  const failures: Failure[] = [];
  const seen: Record<string, number> = {};
  const sums = { steps: 0, switches: 0 };
  const known = new Set(slice.known);
  let shrinking = 0;
  core.$edges.fill(0);
  let next = started + BATCH_MS;
  while (hashes.length < slice.executions && !session.exhausted) {
    const execution = session.run((slice.seed + hashes.length) % SEEDS);
    hashes.push(execution.traceHash);
    sums.steps += execution.steps;
    sums.switches += execution.switches;
    if (execution.verdict !== 'ok') {
      let failure = describe(scenario, slice.station, session.describe(execution));
      // Only the hooked variant records the calls that led to the throw.
      if (failure.fault === 'scenario' && !core.$hooked) failure = again(failure, await loadHooked());
      seen[failure.key] = (seen[failure.key] ?? 0) + 1;
      if (!known.has(failure.key)) {
        const before = now();
        failures.push(slice.shrink ? { ...failure, shrunk: shrink(failure, await loadHooked(), slice.station.mutant === null ? undefined : await loadHooked(null), signal) } : failure);
        shrinking += now() - before;
      }
      known.add(failure.key);
      if (!slice.keepGoing) break;
    }
    const time = now();
    if (time >= end || signal?.aborted) break;
    if (time < next) continue;
    await setImmediate();
    next = now() + BATCH_MS;
  }
  return {
    executions: hashes.length,
    ...sums,
    seconds: (now() - started - shrinking) / 1000,
    hashes: Uint32Array.from(hashes),
    edges: core.$edges.slice(),
    exhausted: session.exhausted,
    covered: session.covered,
    ...(session.progress !== undefined && { progress: session.progress }),
    failures,
    seen,
  };
}

/** Repeats the failure on the hooked variant. Returns `failure` itself if it does not fail there. */
function again(failure: Failure, { core, scenario }: LoadedScenario): Failure {
  const { station, seed } = failure;
  const session = new Session({ core, prepared: prepare(scenario, core, settingOf(scenario, station.knobs)), strategy: station.strategy, memory: station.memory });
  const execution = session.run(seed);
  return execution.verdict === failure.verdict ? describe(scenario, station, session.describe(execution)) : failure;
}

/** Describes a failure in a form that can be passed between threads. */
function describe(scenario: Scenario, station: Station, failure: FailedExecution): Failure {
  const { seed, strategy, verdict, thread, facts, fault, history, execution } = failure;
  const made = { ...station, strategy };
  return {
    key: failureKey(station, verdict, facts),
    station: made,
    seed,
    verdict,
    thread,
    facts,
    fault,
    ...(history && { history }),
    explanation: explainFailure(failure),
    steps: execution.steps,
    traceHash: execution.traceHash,
    repeat: repeat(scenario, made, seed),
    shrunk: null,
  };
}

/** Returns the shrunk failure, or the reason why there is none. */
function shrink({ station, seed }: Failure, core: LoadedScenario, pristine: LoadedScenario | undefined, signal: StopSignal | undefined): Shrunk | string {
  const { knobs, strategy, monitors, mutant, memory } = station;
  const { scenario } = core;
  function onProgress(): void {
    if (signal?.aborted) throw new Stopped();
  }
  try {
    return shrunkOf(investigate(
      { scenario, setting: settingOf(scenario, knobs), strategy: makeStrategy(strategy), seed, monitors, memory, ...(mutant !== null && { mutant: findMutant(mutant) }) },
      { core, pristine, makeOracle: (m, writes) => new Verifier(m, writes), makeMonitors: (which) => makeMonitors(core.core, core.sites, which), onProgress },
    ));
  } catch (error) {
    return error instanceof Stopped ? 'interrupted' : (error as Error).message;
  }
}

/** Returns the part of an investigation that is passed between threads. */
export function shrunkOf({ line, lanes, outcome, story, artefact }: Investigation): Shrunk {
  return { line, preemptions: artefact.preemptions.length, ...(artefact.values !== undefined && { values: artefact.values.length }), steps: artefact.steps, facts: outcome.facts, ...(outcome.history && { history: outcome.history }), explanation: explainOutcome(outcome, artefact.steps), story, table: laneTable(lanes) };
}

function repeat(scenario: Scenario, { knobs, strategy, monitors, mutant, memory }: Station, seed: number): string {
  return repeatCommand({ scenario, knobs, strategy, seed, monitors, memory, ...(mutant !== null && { mutant }) });
}
