/** Spreads executions over a pool, slice by slice, until the time is up or something is found. */
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { makeStrategy } from '../strategies/catalog.ts';
import type { CampaignLog, Ending } from './log.ts';
import type { Plan, Turn } from './plan.ts';
import { WorkerLost, type ExplorePool } from './pool.ts';
import type { Failure, SliceResult } from './slice.ts';
import type { ScenarioTally, Tally } from './tally.ts';

export interface FuzzOptions {
  readonly plan: Plan;
  readonly pool: ExplorePool;
  /** Is added to. */
  readonly tally: Tally;
  /** How many stations there are to take turns. */
  readonly stations: number;
  readonly strategy: string;
  /** No limit unless given. */
  readonly seconds?: number;
  readonly executions?: number;
  readonly keepGoing: boolean;
  /** Shrink and explain what fails. */
  readonly shrink: boolean;
  /** Milliseconds. */
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
  /** Of the worker that was lost, and what it was at. */
  readonly lost?: { readonly error: Error; readonly turn: Turn };
}

/** Of a slice, in seconds. Long enough to be worth a turn, short enough to look up from. */
const LONGEST = 5;
const SHORTEST = 0.1;
/** Less than any slice is worth. */
const MOMENT = 0.001;
/** A worker sees between two executions that it is to stop; one that builds a core does not. */
const PATIENCE_MS = 250;

export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const campaign = new Campaign(options);
  const work = Promise.all(Array.from({ length: options.pool.jobs }, () => campaign.work()));
  work.catch(() => {});
  await Promise.race([work, patience(options.signal)]);
  return campaign.end();
}

/** Resolves some time after `signal` is aborted: slices that have not come back by then are given up. */
async function patience(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
  await setTimeout(PATIENCE_MS, undefined, { ref: false });
}

class Campaign {
  readonly #options: FuzzOptions;
  readonly #started: number;
  readonly #sliceSeconds: number;
  /** Executions that are still to be given out. */
  #left: number;
  #lost: FuzzResult['lost'];
  #found = false;

  constructor(options: FuzzOptions) {
    const { seconds = Infinity, stations, pool, strategy } = options;
    this.#options = options;
    this.#started = options.now();
    this.#left = options.executions ?? Infinity;
    // A search keeps its place only within a slice, so each station has one.
    const searches = makeStrategy(strategy).exhausted !== undefined;
    const share = (seconds * pool.jobs) / stations;
    this.#sliceSeconds = searches ? share : Math.min(LONGEST, Math.max(SHORTEST, share / 20));
  }

  /** What one worker is kept busy with. */
  async work(): Promise<void> {
    const { plan, pool, tally, keepGoing, shrink } = this.#options;
    while (this.#goesOn()) {
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

  end(): FuzzResult {
    const { log } = this.#options;
    const seconds = this.#elapsed();
    const ending = this.#ending();
    log?.end(ending, seconds);
    return { ending, seconds, ...(this.#lost && { lost: this.#lost }) };
  }

  #count(turn: Turn, result: SliceResult): void {
    const { tally, log, onFailure, onSlice } = this.#options;
    const fresh = result.failures.filter(({ key }) => !tally.knows(key));
    const { tally: scenario, fresh: edges } = tally.add(turn.station, result);
    log?.slice(turn, result, scenario.distinct, edges);
    for (const failure of fresh) {
      log?.failure(failure);
      onFailure?.(failure);
    }
    if (result.failures.length > 0) this.#found = true;
    onSlice?.(scenario, this.#elapsed());
  }

  #goesOn(): boolean {
    const { signal, keepGoing, log } = this.#options;
    if (signal.aborted || this.#lost !== undefined || log?.error !== undefined || (this.#found && !keepGoing)) return false;
    return this.#left > 0 && this.#secondsLeft() > MOMENT;
  }

  #give(executions: number): void {
    if (Number.isFinite(this.#left)) this.#left -= executions;
  }

  /** All that is left to do is not for one worker, nor for one scenario. */
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
