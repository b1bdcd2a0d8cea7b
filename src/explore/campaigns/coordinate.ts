/**
 * The coordinator of a campaign over a queue.
 *
 * 1. It learns how many executions a second a worker runs at each station, and cuts slices of SLICE_SECONDS. Scenarios
 *    that still show new edges and interleavings get more of them (plan.ts).
 * 2. It logs each slice, then offers it, as long as few slices wait for the workers.
 * 3. It takes results (dispatcher.ts), counts and logs each once, and only then acknowledges them to the queue.
 * 4. The first failure of a kind becomes a job of its own, which shrinks it.
 *
 * Invariant: each offered slice is in the log once, and so is each acknowledged result. So a coordinator that is killed at
 * any moment can be resumed from its log: it offers the slices without a result again, and counts a result that arrives
 * twice once.
 */
import { setTimeout } from 'node:timers/promises';
import { Away, Dispatcher, type Outcome, type Task } from '../../queue/dispatcher.ts';
import type { Lead, WorkerFacts } from '../../queue/queue.ts';
import { makeStrategy } from '../strategies/catalog.ts';
import type { FuzzOptions, FuzzResult } from './fuzz.ts';
import { MOST_EXECUTIONS, jobId, jobText, readResult, type HostedResult, type SliceSpec } from './slice-job.ts';
import type { Ending } from './log.ts';
import type { Turn } from './plan.ts';
import { stationKey, type Failure, type Station } from './slice.ts';
import type { ScenarioTally } from './tally.ts';

export interface CoordinateOptions extends Omit<FuzzOptions, 'pool' | 'stations' | 'strategy' | 'owed' | 'onSlice'> {
  readonly lead: Lead;
  readonly build: string;
  /** Slices of an earlier part that were offered and have no result. */
  readonly owed: readonly OfferedSlice[];
  /** Called after each slice, with the present workers. */
  readonly onSlice?: (slice: ScenarioTally, seconds: number, workers: readonly WorkerFacts[]) => void;
  /** Called for each slice that is set aside, with the reason. */
  readonly onRefused?: (message: string) => void;
  /** Called once with the reason when the queue can't be reached, and with `undefined` when it can be again. */
  readonly onTrouble?: (message: string | undefined) => void;
}

/** A slice that was offered. */
export interface OfferedSlice {
  /** Its name in the log: the name of its job when it was offered. Another build or other flags would name the job otherwise. */
  readonly id: string;
  readonly turn: Turn;
  readonly executions: number;
}

const SLICE_SECONDS = 5;
/** Executions of a station's first slice, whose rate is not known yet. */
const FIRST = 200;
/** Executions of the only slice of a station, if the strategy is a search: it keeps its place only within a slice. */
const SEARCH = 20_000;
const WAIT_MS = 500;
/** Seconds that running slices get to end when the time is up. */
const GRACE_SECONDS = 2 * SLICE_SECONDS;

interface Outstanding {
  readonly job: SliceSpec;
  readonly turn: Turn;
  /** The name of the slice in the log, if it is there already. */
  readonly logged?: string;
  /** The failure that the job shrinks. */
  readonly shrinks?: Failure;
}

export async function coordinate(options: CoordinateOptions): Promise<FuzzResult> {
  const coordinator = new Coordinator(options);
  const run = coordinator.run();
  run.catch(() => {});
  try {
    await Promise.race([run, options.lead.lost]);
  } catch (error) {
    // The log belongs to another coordinator by now.
    coordinator.stop();
    throw error;
  }
  return coordinator.end();
}

class Coordinator {
  readonly #options: CoordinateOptions;
  readonly #dispatcher: Dispatcher<Outstanding>;
  readonly #started: number;
  /** Executions a second of one worker, by the key of the station. */
  readonly #rates = new Map<string, number>();
  #left: number;
  #found = false;
  /** Failures that a job shrinks, by key. */
  readonly #shrinking = new Map<string, Failure>();
  /** Milliseconds: when the campaign ends even if the queue can't be reached. */
  #deadline: number;
  #isStopped = false;

  constructor(options: CoordinateOptions) {
    const { lead, now, onTrouble, signal, seconds = Infinity } = options;
    this.#options = options;
    this.#started = now();
    this.#deadline = this.#started + seconds * 1000;
    this.#left = options.executions ?? Infinity;
    this.#dispatcher = new Dispatcher({
      lead, now, onTrouble,
      take: (id, slice, outcome) => this.#take(id, slice, outcome),
      isHalted: () => this.#isHalted(),
      mustEnd: () => this.#isStopped || signal.aborted || now() >= this.#deadline,
    });
  }

  async run(): Promise<void> {
    try {
      await this.#work();
      this.#deadline = this.#options.now() + GRACE_SECONDS * 1000;
      await this.#dispatcher.withdraw();
      await this.#drain();
    } catch (error) {
      if (!(error instanceof Away)) throw error;
    }
  }

  async #work(): Promise<void> {
    const { owed, tally, shrink } = this.#options;
    // Jobs that wait there are those of a dead coordinator: they are offered again below, or of no use.
    await this.#dispatcher.withdraw();
    await this.#offer(owed.map(({ id, turn, executions }) => ({ turn, logged: id, job: this.#jobOf(turn, executions) })));
    if (shrink) for (const failure of tally.failures) if (failure.shrunk === null) await this.#shrink(failure);
    while (this.#goesOn() || this.#isOwed()) {
      if (this.#goesOn()) await this.#fill();
      await this.#dispatcher.offerAgain();
      await this.#dispatcher.collect(WAIT_MS);
    }
  }

  /** Leaves log and queue as they are from now on. */
  stop(): void {
    this.#isStopped = true;
  }

  end(): FuzzResult {
    const { log, history, onFailure } = this.#options;
    for (const failure of this.#shrinking.values()) onFailure?.(failure);
    const [ending, seconds] = [this.#ending(), this.#elapsed()];
    log?.end(ending, seconds, history.ownPasses());
    return { ending, seconds };
  }

  /** Reports whether the log takes no more lines. Results that are not in the log stay in the queue. */
  #isHalted(): boolean {
    return this.#isStopped || this.#options.log?.error !== undefined;
  }

  /** Reports whether to wait for offered slices and for failures that are being shrunk. */
  #isOwed(): boolean {
    if (this.#isHalted() || this.#options.signal.aborted || this.#secondsLeft() <= 0) return false;
    return this.#shrinking.size > 0 || (this.#dispatcher.outstanding > 0 && (!this.#found || this.#options.keepGoing));
  }

  /** Offers slices until enough wait. */
  async #fill(): Promise<void> {
    const { plan } = this.#options;
    const room = await this.#dispatcher.room();
    const slices: Outstanding[] = [];
    while (slices.length < room && this.#left > 0) {
      const turn = plan.next();
      if (turn === null) break;
      const isSearch = makeStrategy(turn.station.strategy).exhausted !== undefined;
      const executions = Math.min(this.#left, MOST_EXECUTIONS, isSearch ? SEARCH : this.#executionsOf(turn.station));
      this.#left -= executions;
      plan.done(turn, executions, isSearch);
      slices.push({ turn, job: this.#jobOf(turn, executions) });
    }
    await this.#offer(slices);
  }

  #executionsOf(station: Station): number {
    const rate = this.#rates.get(stationKey(station));
    return rate === undefined ? FIRST : Math.max(1, Math.round(rate * SLICE_SECONDS));
  }

  #jobOf({ station, seed }: Turn, executions: number, shrink = false): SliceSpec {
    const { build, keepGoing } = this.#options;
    return { build, station: { ...station, monitors: [...station.monitors], knobs: { ...station.knobs } }, seed, executions, keepGoing, shrink };
  }

  /** Logs slices, then offers them. */
  async #offer(slices: readonly Outstanding[]): Promise<void> {
    const { log } = this.#options;
    const tasks: Task<Outstanding>[] = [];
    for (const slice of slices) {
      const id = jobId(slice.job);
      if (slice.shrinks === undefined && slice.logged === undefined) log?.offered(slice.turn, slice.job.executions, id);
      if (this.#isHalted()) return;
      tasks.push({ id, text: jobText(slice.job), matter: slice });
    }
    await this.#dispatcher.offer(tasks);
  }

  async #take(id: string, slice: Outstanding, outcome: Outcome): Promise<void> {
    if ('poison' in outcome) return this.#setAside(id, slice, outcome.poison);
    let hosted: HostedResult;
    try {
      hosted = readResult(outcome.result, slice.job);
    } catch (error) {
      return this.#setAside(id, slice, (error as Error).message);
    }
    const { shrinks } = slice;
    if (shrinks !== undefined) return this.#shrunk(shrinks, hosted.result.failures.find(({ key }) => key === shrinks.key)?.shrunk ?? 'it does not fail again');
    await this.#count(id, slice, hosted);
  }

  #setAside(id: string, { turn, shrinks, logged = id }: Outstanding, why: string): void {
    const { log, onRefused } = this.#options;
    if (shrinks !== undefined) return this.#shrunk(shrinks, why);
    log?.lost(turn, why, logged);
    onRefused?.(`${turn.station.scenario} from seed ${turn.seed} on: ${why}`);
  }

  async #count(id: string, { turn, job, logged = id }: Outstanding, { host, result }: HostedResult): Promise<void> {
    const { plan, tally, history, log, shrink, onSlice, onFailure } = this.#options;
    const seconds = this.#elapsed();
    const { scenario } = turn.station;
    if (result.seconds > 0) this.#rates.set(stationKey(turn.station), result.executions / result.seconds);
    const fresh = result.failures.filter(({ key }) => !tally.knows(key));
    this.#left += job.executions - result.executions;
    if (result.exhausted) plan.exhausted(turn.station);
    const { tally: counts, fresh: edges, novelty } = tally.add(turn.station, { ...result, failures: [] });
    plan.learn(scenario, novelty);
    history.add(scenario, result, tally, seconds);
    // Log failures before their slice: a logged slice does not run again, so failures logged later could be lost.
    for (const failure of fresh) {
      tally.addFailure(failure);
      log?.failure(failure);
    }
    log?.slice(turn, result, history.before + seconds, counts.distinct, edges, logged, host);
    if (result.failures.length > 0) this.#found = true;
    for (const failure of fresh) {
      if (shrink) await this.#shrink(failure);
      else onFailure?.(failure);
    }
    onSlice?.(counts, seconds, this.#dispatcher.workers);
  }

  async #shrink(failure: Failure): Promise<void> {
    const { station, seed } = failure;
    this.#shrinking.set(failure.key, failure);
    const turn = { station, seed, lane: 0 };
    await this.#offer([{ turn, job: this.#jobOf(turn, 1, true), shrinks: failure }]);
  }

  /** Logs the failure again, with its smallest execution or the reason why there is none. */
  #shrunk(failure: Failure, shrunk: Failure['shrunk']): void {
    const { tally, log, onFailure } = this.#options;
    const whole = { ...failure, shrunk };
    this.#shrinking.delete(failure.key);
    tally.replaceFailure(whole);
    log?.failure(whole);
    onFailure?.(whole);
  }

  /** Waits for running slices. The next part of the campaign offers those again that do not end in time. */
  async #drain(): Promise<void> {
    const { signal, now } = this.#options;
    while (this.#dispatcher.outstanding > 0 && !this.#isHalted() && !signal.aborted && now() < this.#deadline) {
      const before = this.#dispatcher.outstanding;
      await this.#dispatcher.collect(WAIT_MS);
      if (this.#dispatcher.outstanding === before) await setTimeout(1);
    }
  }

  #goesOn(): boolean {
    const { signal, keepGoing, plan } = this.#options;
    if (this.#isHalted() || signal.aborted || (this.#found && !keepGoing) || plan.isExhausted) return false;
    return this.#left > 0 && this.#secondsLeft() > 0;
  }

  #ending(): Ending {
    const { signal, keepGoing, log, plan } = this.#options;
    if (log?.error !== undefined) return 'log lost';
    if (this.#found && !keepGoing) return 'failure';
    if (signal.aborted) return 'interrupted';
    if (plan.isExhausted) return 'exhausted';
    return this.#left <= 0 ? 'executions' : 'time';
  }

  #elapsed(): number {
    return (this.#options.now() - this.#started) / 1000;
  }

  #secondsLeft(): number {
    return (this.#options.seconds ?? Infinity) - this.#elapsed();
  }
}
