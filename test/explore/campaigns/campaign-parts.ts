/** Parts of a campaign with a log, in-process or over a queue in a folder, whose slices are played. */
import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { coordinate } from '../../../src/explore/campaigns/coordinate.ts';
import { fuzz, type FuzzResult } from '../../../src/explore/campaigns/fuzz.ts';
import { History } from '../../../src/explore/campaigns/history.ts';
import { Plan } from '../../../src/explore/campaigns/plan.ts';
import { sliceKind } from '../../../src/explore/campaigns/slice-job.ts';
import type { Logged } from '../../../src/explore/campaigns/read-log.ts';
import { stationKey, type Failure, type Slice } from '../../../src/explore/campaigns/slice.ts';
import { takeUp } from '../../../src/explore/campaigns/take-up.ts';
import { Tally } from '../../../src/explore/campaigns/tally.ts';
import { createLog, resumeLog, type CampaignLog } from '../../../src/explore/campaigns/write-log.ts';
import { findScenario } from '../../../src/explore/find.ts';
import { knobsOf } from '../../../src/explore/scenarios/scenario.ts';
import { SEEDS } from '../../../src/explore/session.ts';
import { fileQueue } from '../../../src/queue/file-queue.ts';
import { serveJobs } from '../../../src/queue/serve-jobs.ts';
import { failureAt, playSlice } from '../../support/played-slices.mjs';
import { poolOf } from '../slices.ts';

const NAMES = ['mark-bits', 'pacing'];
/** Distance of the seeds of two lanes. */
const LANE = 2 ** 27;

export interface Part {
  /** Executions of this part, besides those that it is owed. */
  readonly executions: number;
  /** Ends the worker and then the part after so many slices. */
  readonly slices?: number;
  /** Another value gives the slices other names in the queue. */
  readonly build?: string;
  /** Failures that this part reports. */
  readonly reported?: Failure[];
}

interface State {
  readonly plan: Plan;
  readonly tally: Tally;
  readonly history: History;
  readonly log: CampaignLog;
  readonly owed: Logged['owed'];
}

function takenUp(path: string): State {
  const resumed = existsSync(path) ? resumeLog(path) : undefined;
  const header = resumed?.logged.header ?? { sweepgen: '1', seed: 1, scenarios: NAMES, set: {}, strategy: 'uniform', monitors: [], always: false, mutant: null };
  const plan = new Plan({ ...header, scenarios: NAMES.map((name) => ({ name, settings: [knobsOf(findScenario(name))] })) });
  const [tally, history] = [new Tally(NAMES), new History()];
  if (resumed !== undefined) takeUp(resumed.logged, { plan, tally, history });
  return { plan, tally, history, log: resumed?.log ?? createLog(path, header), owed: resumed?.logged.owed ?? [] };
}

/** The pool of a worker that plays slices; it hears of each. */
function playing(onSlice: (slice: Slice) => void): ReturnType<typeof poolOf> {
  return poolOf(1, (slice) => {
    onSlice(slice);
    return playSlice({ ...slice, executions: Math.min(slice.executions, 250) });
  });
}

function optionsOf(state: State, { executions, slices = Infinity, reported }: Part) {
  const stop = new AbortController();
  let left = slices;
  return {
    ...state, executions, keepGoing: true, shrink: true, now: () => performance.now(), signal: stop.signal,
    onSlice: () => { if (--left === 0) stop.abort(); },
    onFailure: (failure: Failure) => void reported?.push(failure),
  };
}

/** Runs a part on threads of this process, as it seems. */
export async function runHere(path: string, part: Part): Promise<FuzzResult> {
  const state = takenUp(path);
  return fuzz({ ...optionsOf(state, part), pool: playing(() => {}), stations: NAMES.length, strategy: 'uniform' });
}

/** Runs a part over a queue in `folder`, with a worker in this process. */
export async function runOver(folder: string, path: string, part: Part): Promise<FuzzResult & { readonly error?: Error }> {
  const { build = 'b', slices } = part;
  const queue = fileQueue(folder, build, { claimMs: 3000 });
  const lead = await queue.lead();
  const stop = new AbortController();
  let ran = 0;
  const pool = playing(({ shrink }) => { if (!shrink && ++ran === slices) stop.abort(); });
  const served = serveJobs({ queue, build, kinds: [sliceKind(pool, build)], jobs: 1, signal: stop.signal });
  const state = takenUp(path);
  const owed = state.owed.map(({ id, executions, ...turn }) => ({ id, turn, executions }));
  const result = await coordinate({ ...optionsOf(state, part), owed, lead, build });
  stop.abort();
  await served;
  await lead.close();
  return { ...result, ...(state.log.error && { error: state.log.error }) };
}

/** Expects the log to count the seeds of each lane in sequence, each once, but for slices that are owed. Returns the executions. */
export function checkLog(path: string): number {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as LogLine);
  const next = new Map<string, number>();
  const slices = lines.filter(({ type }) => type === 'slice');
  const seen = new Map<string, number>();
  let executed = 0;
  const owed = resumeLog(path).logged.owed as readonly LogLine[];
  for (const { station, lane, seed, executions } of [...slices, ...owed].toSorted((a, b) => a.seed! - b.seed!)) {
    const key = `${stationKey(station!)} ${lane}`;
    expect([key, seed]).toEqual([key, next.get(key) ?? (1 + lane! * LANE) % SEEDS]);
    next.set(key, seed! + executions!);
  }
  for (const { station, seed, executions, seen: here } of slices) {
    executed += executions!;
    for (let at = seed!; at < seed! + executions!; at++) {
      const key = failureAt(station!, at);
      if (key !== undefined) seen.set(key, (seen.get(key) ?? 0) + 1);
    }
    for (const [key, times] of Object.entries(here!)) seen.set(key, seen.get(key)! - times);
  }
  expect([...seen.values()].filter((rest) => rest !== 0)).toEqual([]);
  return executed;
}

interface LogLine {
  readonly type: string;
  readonly station?: Parameters<typeof stationKey>[0];
  readonly lane?: number;
  readonly seed?: number;
  readonly executions?: number;
  readonly seen?: Readonly<Record<string, number>>;
}
