/**
 * Runs a failure of a log again, to find out whether this build still has it.
 *
 * 1. If the failure was shrunk, its recording is replayed: the same preemptions at the same accesses.
 * 2. Unless the replay fails as before, the executions from the failure's seed on are searched for the same kind: after
 *    a change of the source, another interleaving may cause it.
 *
 * A kind is fixed if neither fails. It has diverged if the search does not find it, and its recording fails in another
 * way or can't be followed: then the search alone proves too little.
 */
import { EXIT, UsageError } from '../../base/fatal.ts';
import { plural } from '../../base/units.ts';
import { Verifier } from '../../verify/verifier.ts';
import type { Artefact } from '../failures/artefact.ts';
import { decodeLine } from '../failures/line.ts';
import { departuresOf, replayArtefact, type Replayed } from '../failures/replay.ts';
import { findMutant } from '../find.ts';
import { loadScenario } from '../load-scenario.ts';
import { formatDepartures, isPreemption, type Departure } from '../strategies/preemptions.ts';
import type { VerifiedState } from './log.ts';
import type { ExplorePool } from './pool.ts';
import { failureKey, type Failure, type SliceResult } from './slice.ts';

export interface Verification {
  readonly failure: Failure;
  readonly state: VerifiedState;
  /** Why, in a few words. */
  readonly reason: string;
}

export interface VerifyOptions {
  readonly pool: ExplorePool;
  /** Executions of the search, the first of which has the failure's seed. */
  readonly executions: number;
}

/** Limit of a search. */
const SEARCH_SECONDS = 60;

/** @throws WorkerLost if the worker of the pool dies */
export async function verifyFailure(failure: Failure, options: VerifyOptions): Promise<Verification> {
  try {
    const replayed = await replay(failure);
    if (replayed?.state === 'fails') return { failure, ...replayed };
    const searched = await search(failure, options, replayed === undefined);
    return { failure, ...(searched.state === 'fails' || replayed?.state !== 'diverged' ? searched : replayed) };
  } catch (error) {
    // This build no longer has the scenario, knob, mutant or strategy.
    if ((error as { exitCode?: unknown }).exitCode !== EXIT.usage) throw error;
    return { failure, state: 'diverged', reason: (error as Error).message };
  }
}

type Finding = Omit<Verification, 'failure'>;

/** Replays the recording. Returns undefined if there is none. */
async function replay({ key, shrunk }: Failure): Promise<Finding | undefined> {
  if (shrunk === null || typeof shrunk === 'string') return undefined;
  try {
    const artefact = decodeLine(shrunk.line);
    if (failureKey(artefact, artefact.verdict, artefact.facts) !== key) return { state: 'diverged', reason: 'its recording is of another failure' };
    return findingOf(artefact, await replayArtefact(artefact, { makeOracle: (m) => new Verifier(m) }));
  } catch (error) {
    if (error instanceof UsageError) return { state: 'diverged', reason: error.message };
    throw error;
  }
}

function findingOf(artefact: Artefact, { fails, recording: { outcome, departures: done } }: Replayed): Finding {
  if (fails) return { state: 'fails', reason: 'its recording fails as before' };
  if (outcome.verdict !== 'ok') return { state: 'diverged', reason: `its recording fails in another way: ${failureKey(artefact, outcome.verdict, outcome.facts)}` };
  const departures = departuresOf(artefact);
  const missing = departures.filter((each) => !done.some((other) => isSame(each, other)));
  if (missing.length > 0) return { state: 'diverged', reason: `its recording can't be followed: ${missing.length} of ${plural(departures.length, departures.every(isPreemption) ? 'preemption' : 'preemption or older value', departures.every(isPreemption) ? 'preemptions' : 'preemptions and older values')} can't take place` };
  return { state: 'fixed', reason: '' };
}

function isSame(one: Departure, other: Departure): boolean {
  return formatDepartures([one]) === formatDepartures([other]);
}

/** @param isAlone whether the seed is all that is known of the failure, because it has no recording */
async function search({ key, station, seed }: Failure, { pool, executions }: VerifyOptions, isAlone: boolean): Promise<Finding> {
  const { scenario } = await loadScenario(station.scenario, false, station.mutant === null ? undefined : findMutant(station.mutant));
  for (const { name, values } of scenario.knobs) {
    if (!values.includes(station.knobs[name])) throw new UsageError(`${name} of ${scenario.name} can be ${values.join(' or ')}, not ${station.knobs[name]}`);
  }
  const result = await pool.runSlice({ station, seed, executions, seconds: SEARCH_SECONDS, keepGoing: true, shrink: false, known: [] });
  const again = result.failures.find((each) => each.key === key);
  if (again !== undefined) return { state: 'fails', reason: again.seed === seed ? 'its seed fails as before' : `seed ${again.seed} fails alike: ${again.repeat}` };
  const other = isAlone ? result.failures.find((each) => each.seed === seed) : undefined;
  if (other !== undefined) return { state: 'diverged', reason: `its seed fails in another way: ${other.key}` };
  return { state: 'fixed', reason: reasonToClose(result, isAlone) };
}

function reasonToClose({ executions }: SliceResult, isAlone: boolean): string {
  return `${isAlone ? '' : 'its recording passes, and so do '}${plural(executions, 'execution')}${isAlone ? ' from its seed on pass' : ' from its seed on'}`;
}
