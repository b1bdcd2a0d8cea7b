/**
 * Runs a campaign: executions on a pool of workers.
 *
 * 1. Each worker asks the plan for a turn: a station and a seed (plan.ts).
 * 2. It runs a slice of executions there, for some seconds or until a number of executions (run-slice.ts).
 * 3. The result is tallied and logged; the plan learns how far the seeds went.
 * 4. Repeat until time or executions are used up, all searches are over, a failure is found, or a worker is lost.
 */
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { makeStrategy } from '../strategies/catalog.ts';
import type { History } from './history.ts';
import type { Ending, Offered } from './log.ts';
import type { Plan, Turn } from './plan.ts';
import type { ExplorePool } from './pool.ts';
import { WorkerLost } from './worker-lost.ts';
import type { Failure, SliceResult } from './slice.ts';
import type { ScenarioTally, Tally } from './tally.ts';
import type { CampaignLog } from './write-log.ts';

export interface FuzzOptions {
  readonly plan: Plan;
  readonly pool: ExplorePool;
  /** Counts of this campaign; slices are added. */
  readonly tally: Tally;
  /** The course of this campaign; slices are added. */
  readonly history: History;
  /** Number of stations. */
  readonly stations: number;
  readonly strategy: string;
  /** Slices that an earlier part of the campaign has offered to a queue and not counted: they are run first. */
  readonly owed?: readonly Offered[];
  /** No limit by default. */
  readonly seconds?: number;
  readonly executions?: number;
  readonly keepGoing: boolean;
  /** Shrinks and explains failures. */
  readonly shrink: boolean;
  /** Returns milliseconds. */
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly log?: CampaignLog;
  /** Called after each slice. */
  readonly onSlice?: (slice: ScenarioTally, seconds: number) => void;
  /** Called for the first failure of each kind. */
  readonly onFailure?: (failure: Failure) => void;
}

export interface FuzzResult {
  readonly ending: Ending;
  readonly seconds: number;
  /** The worker that was lost, and its turn. */
  readonly lost?: { readonly error: Error; readonly turn: Turn };
}

/** Limits on a slice, in seconds: long enough to be worth a turn, short enough to react. */
const LONGEST = 5;
const SHORTEST = 0.1;
/** Limit of a slice that was cut for a queue: far more than it takes. */
const OWED_SECONDS = 600;
/** Less time than any slice takes, in seconds. */
const MOMENT = 0.001;
/** Time that slices get to end after an interruption. A worker checks for it between executions, but not while it builds a core. */
const PATIENCE_MS = 250;

export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const campaign = new Campaign(options);
  const work = Promise.all(Array.from({ length: options.pool.jobs }, () => campaign.work()));
  work.catch(() => {});
  await Promise.race([work, patience(options.signal)]);
  return campaign.end();
}

/** Resolves some time after `signal` is aborted: slices that have not ended by then are abandoned. */
async function patience(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
  await setTimeout(PATIENCE_MS, undefined, { ref: false });
}

class Campaign {
  readonly #options: FuzzOptions;
  readonly #started: number;
  readonly #sliceSeconds: number;
  /** Executions that no worker has been given yet. */
  #left: number;
  #lost: FuzzResult['lost'];
  #found = false;
  readonly #owed: Offered[];

  constructor(options: FuzzOptions) {
    const { seconds = Infinity, stations, pool, strategy } = options;
    this.#options = options;
    this.#owed = [...(options.owed ?? [])];
    this.#started = options.now();
    this.#left = options.executions ?? Infinity;
    // A search keeps its place only within a slice, so each station has one slice.
    const searches = makeStrategy(strategy).exhausted !== undefined;
    const share = (seconds * pool.jobs) / stations;
    this.#sliceSeconds = searches ? share : Math.min(LONGEST, Math.max(SHORTEST, share / 20));
  }

  /** The loop of one worker. */
  async work(): Promise<void> {
    const { plan, pool, tally, keepGoing, shrink } = this.#options;
    while (this.#goesOn()) {
      const owed = this.#owed.shift();
      if (owed !== undefined) {
        await this.#runOwed(owed);
        continue;
      }
      const turn = plan.next();
      if (turn === null) return;
      const executions = this.#share();
      this.#give(executions);
      const seconds = Math.min(this.#sliceSeconds, this.#secondsLeft());
      const known = tally.failures.map(({ key }) => key);
      let result: SliceResult;
      try {
        result = await pool.runSlice({ station: turn.station, seed: turn.seed, executions, seconds, keepGoing, shrink, known });
      } catch (error) {
        if (!(error instanceof WorkerLost)) throw error;
        this.#lost ??= { error, turn };
        this.#options.log?.lost(turn, error.message);
        return;
      }
      this.#give(result.executions - executions);
      plan.done(turn, result.executions, result.exhausted);
      this.#count(turn, result);
    }
  }

  /** Runs a slice that was offered to a queue: whole, or not at all. */
  async #runOwed({ id, executions, ...turn }: Offered): Promise<void> {
    const { pool, tally, keepGoing, shrink, log, signal } = this.#options;
    try {
      const result = await pool.runSlice({ station: turn.station, seed: turn.seed, executions, seconds: OWED_SECONDS, keepGoing, shrink, known: tally.failures.map(({ key }) => key) });
      // The rest of a part would be counted twice when the slice is owed again.
      if (result.executions < executions && signal.aborted) return;
      this.#count(turn, result, id);
    } catch (error) {
      if (!(error instanceof WorkerLost)) throw error;
      this.#lost ??= { error, turn };
      log?.lost(turn, error.message, id);
    }
  }

  end(): FuzzResult {
    const { log, history } = this.#options;
    const seconds = this.#elapsed();
    const ending = this.#ending();
    log?.end(ending, seconds, history.ownPasses());
    return { ending, seconds, ...(this.#lost && { lost: this.#lost }) };
  }

  #count(turn: Turn, result: SliceResult, id?: string): void {
    const { tally, history, log, onFailure, onSlice } = this.#options;
    const seconds = this.#elapsed();
    const fresh = result.failures.filter(({ key }) => !tally.knows(key));
    const { tally: scenario, fresh: edges } = tally.add(turn.station, result);
    history.add(turn.station.scenario, result, tally, seconds);
    // Before the slice: a slice in the log is not run again, and its failures would be lost.
    for (const failure of fresh) log?.failure(failure);
    log?.slice(turn, result, history.before + seconds, scenario.distinct, edges, id);
    for (const failure of fresh) onFailure?.(failure);
    if (result.failures.length > 0) this.#found = true;
    onSlice?.(scenario, seconds);
  }

  #goesOn(): boolean {
    const { signal, keepGoing, log } = this.#options;
    if (signal.aborted || this.#lost !== undefined || log?.error !== undefined || (this.#found && !keepGoing)) return false;
    return this.#left > 0 && this.#secondsLeft() > MOMENT;
  }

  #give(executions: number): void {
    if (Number.isFinite(this.#left)) this.#left -= executions;
  }

  /** Returns the executions of the next slice: the rest is shared among workers and stations. */
  #share(): number {
    const { pool, stations } = this.#options;
    return Math.min(this.#left, Math.max(1, Math.ceil(this.#left / Math.max(pool.jobs, stations))));
  }

  #ending(): Ending {
    const { signal, keepGoing } = this.#options;
    if (this.#lost !== undefined) return 'worker lost';
    if (this.#options.log?.error !== undefined) return 'log lost';
    if (this.#found && !keepGoing) return 'failure';
    if (signal.aborted) return 'interrupted';
    if (this.#options.plan.isExhausted) return 'exhausted';
    return this.#left <= 0 ? 'executions' : 'time';
  }

  #elapsed(): number {
    return (this.#options.now() - this.#started) / 1000;
  }

  #secondsLeft(): number {
    return (this.#options.seconds ?? Infinity) - this.#elapsed();
  }
}
