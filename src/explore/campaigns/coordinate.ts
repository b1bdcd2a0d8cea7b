/**
 * The coordinator of a campaign over a queue.
 *
 * 1. It learns how many executions a second a worker runs at each scenario, and cuts slices of SLICE_SECONDS.
 * 2. It logs each slice, then offers it, as long as fewer than AHEAD slices wait for each job that workers can run.
 * 3. It takes results, counts and logs each once, and only then acknowledges them to the queue.
 * 4. The first failure of a kind becomes a job of its own, which shrinks it.
 * 5. A slice whose workers died every time is offered once more, without other such slices, and then set aside.
 * 6. While the queue can't be reached, it tries again. Then it offers again what has no result, since the server may
 *    have lost it.
 *
 * Invariant: a slice that was offered is in the log, once, and so is one whose result is acknowledged. So a coordinator
 * that is killed at any moment goes on from its log: it offers again what has no result, and a result that
 * comes twice is counted once.
 */
import { setTimeout } from 'node:timers/promises';
import { QueueTaken, reasonOf } from '../../queue/errors.ts';
import type { Finished, Lead } from '../../queue/queue.ts';
import type { FuzzOptions, FuzzResult } from './fuzz.ts';
import { MOST_EXECUTIONS, jobId, jobText, readResult, type SliceJob } from './job.ts';
import type { Ending } from './log.ts';
import type { Turn } from './plan.ts';
import type { Failure, SliceResult } from './slice.ts';

export interface CoordinateOptions extends Omit<FuzzOptions, 'pool' | 'stations' | 'strategy' | 'owed'> {
  readonly lead: Lead;
  readonly build: string;
  /** Slices of an earlier part that were offered and have no result. */
  readonly owed: readonly OfferedSlice[];
  /** Hears of each slice that is set aside, and why. */
  readonly onRefused?: (message: string) => void;
  /** Hears why the queue can't be reached, once, and `undefined` when it can be again. */
  readonly onTrouble?: (message: string | undefined) => void;
}

/** A slice that was offered. */
export interface OfferedSlice {
  /** Its name in the log: that of its job on the build, and with the flags, that offered it. */
  readonly id: string;
  readonly turn: Turn;
  readonly executions: number;
}

const SLICE_SECONDS = 5;
/** Executions of a scenario's first slice, when its rate is not known. */
const FIRST = 200;
/** Slices that wait for each job that the workers can run. */
const AHEAD = 2;
/** Slices that are offered before any worker is known. */
const FEWEST = 4;
const RESULTS = 200;
const WAIT_MS = 500;
/** Seconds that slices which run get to end when the time is up. */
const GRACE_SECONDS = 2 * SLICE_SECONDS;
/** An answer of the queue that takes longer is missed. */
const ANSWER_MS = 5000;
const RETRY_MS = 1000;
/** Seconds after which the jobs without a result are offered again. */
const AGAIN_SECONDS = 20;

interface Outstanding {
  readonly job: SliceJob;
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

/** The campaign ends while the queue can't be reached. */
class Away extends Error {}

class Coordinator {
  readonly #options: CoordinateOptions;
  readonly #started: number;
  readonly #outstanding = new Map<string, Outstanding>();
  /** Executions a second of one worker, by scenario. */
  readonly #rates = new Map<string, number>();
  #left: number;
  #found = false;
  /**
   * Slices whose workers died until the queue set them aside. Another slice in the same workers may be the cause, so
   * each is offered once more, when no other of them runs. They are outstanding.
   */
  readonly #suspects: string[] = [];
  /** The suspect that is offered. */
  #suspect: string | undefined;
  /** Those that were offered once more. */
  readonly #tried = new Set<string>();
  /** Failures that a job shrinks, by key. */
  readonly #shrinking = new Map<string, Failure>();
  /** Milliseconds: when the campaign ends though the queue can't be reached. */
  #deadline: number;
  #isStopped = false;
  #isTroubled = false;
  /** Milliseconds: when jobs without a result were offered last. */
  #offeredAt = -Infinity;

  constructor(options: CoordinateOptions) {
    this.#options = options;
    this.#started = options.now();
    this.#deadline = this.#started + (options.seconds ?? Infinity) * 1000;
    this.#left = options.executions ?? Infinity;
  }

  async run(): Promise<void> {
    try {
      await this.#work();
      this.#deadline = this.#options.now() + GRACE_SECONDS * 1000;
      await this.#reaching((lead) => lead.withdraw());
      await this.#drain();
    } catch (error) {
      if (!(error instanceof Away)) throw error;
    }
  }

  async #work(): Promise<void> {
    const { owed, tally, shrink } = this.#options;
    // What waits there is of a coordinator that died: it is offered again, or of no use.
    await this.#reaching((lead) => lead.withdraw());
    await this.#offer(owed.map(({ id, turn, executions }) => ({ turn, logged: id, job: this.#jobOf(turn, executions) })));
    if (shrink) for (const failure of tally.failures) if (failure.shrunk === null) await this.#shrink(failure);
    while (this.#goesOn() || this.#isOwed()) {
      if (this.#goesOn()) await this.#fill();
      if (this.#elapsed() - this.#offeredAt > AGAIN_SECONDS) await this.#offerAgain();
      await this.#collect(WAIT_MS);
    }
  }

  /** Leaves log and queue as they are from now on. */
  stop(): void {
    this.#isStopped = true;
  }

  /**
   * Does work on the queue. If that fails, it does it again, until it succeeds.
   * @throws Away if the campaign ends before
   */
  async #reaching<Value>(work: (lead: Lead) => Promise<Value>): Promise<Value> {
    for (;;) {
      const done = work(this.#options.lead).then((value) => ({ value }), (error: unknown) => ({ error }));
      let answer = await Promise.race([done, setTimeout<undefined>(ANSWER_MS, undefined, { ref: false })]);
      while (answer === undefined) {
        this.#reportTrouble('no answer');
        if (this.#mustEnd()) throw new Away();
        answer = await Promise.race([done, setTimeout<undefined>(RETRY_MS)]);
      }
      if ('value' in answer) {
        this.#reportTrouble(undefined);
        return answer.value;
      }
      if (answer.error instanceof QueueTaken) throw answer.error;
      this.#reportTrouble(reasonOf(answer.error));
      if (this.#mustEnd()) throw new Away();
      await setTimeout(RETRY_MS);
    }
  }

  #reportTrouble(message: string | undefined): void {
    if ((message === undefined) === !this.#isTroubled) return;
    this.#isTroubled = message !== undefined;
    // A server that was started again may have lost jobs.
    this.#offeredAt = -Infinity;
    this.#options.onTrouble?.(message);
  }

  #mustEnd(): boolean {
    const { signal, now } = this.#options;
    return this.#isStopped || signal.aborted || now() >= this.#deadline;
  }

  end(): FuzzResult {
    const { log, history, onFailure } = this.#options;
    for (const failure of this.#shrinking.values()) onFailure?.(failure);
    const [ending, seconds] = [this.#ending(), this.#elapsed()];
    log?.end(ending, seconds, history.ownPasses());
    return { ending, seconds };
  }

  /** With a limit on executions, all that were given out are waited for, and so are failures that are being shrunk. */
  #isOwed(): boolean {
    const { signal, log } = this.#options;
    if (this.#isStopped || signal.aborted || log?.error !== undefined || this.#secondsLeft() <= 0) return false;
    return this.#shrinking.size > 0 || (this.#outstanding.size > 0 && (!this.#found || this.#options.keepGoing));
  }

  /** Offers slices until enough wait. */
  async #fill(): Promise<void> {
    const { plan } = this.#options;
    const workers = await this.#reaching((lead) => lead.workers());
    const wanted = Math.max(FEWEST, AHEAD * workers.reduce((sum, { jobs }) => sum + jobs, 0));
    const slices: { turn: Turn; job: SliceJob }[] = [];
    while (this.#outstanding.size - this.#suspects.length + slices.length < wanted && this.#left > 0) {
      const turn = plan.next();
      if (turn === null) break;
      const rate = this.#rates.get(turn.station.scenario);
      const executions = Math.min(this.#left, MOST_EXECUTIONS, rate === undefined ? FIRST : Math.max(1, Math.round(rate * SLICE_SECONDS)));
      this.#left -= executions;
      plan.done(turn, executions, false);
      slices.push({ turn, job: this.#jobOf(turn, executions) });
    }
    await this.#offer(slices);
  }

  #jobOf({ station, seed }: Turn, executions: number, shrink = false): SliceJob {
    const { build, keepGoing } = this.#options;
    return { format: 1, build, station: { ...station, monitors: [...station.monitors], knobs: { ...station.knobs } }, seed, executions, keepGoing, shrink };
  }

  /** Logs slices, then offers them. */
  async #offer(slices: readonly Outstanding[]): Promise<void> {
    const { log } = this.#options;
    const offered: SliceJob[] = [];
    for (const slice of slices) {
      const id = jobId(slice.job);
      if (slice.shrinks === undefined && slice.logged === undefined) log?.offered(slice.turn, slice.job.executions, id);
      if (this.#isStopped || log?.error !== undefined) return;
      this.#outstanding.set(id, slice);
      offered.push(slice.job);
    }
    await this.#offerJobs(offered);
  }

  async #offerAgain(): Promise<void> {
    this.#offeredAt = this.#elapsed();
    await this.#offerJobs([...this.#outstanding].filter(([id]) => !this.#suspects.includes(id)).map(([, { job }]) => job));
  }

  async #offerJobs(jobs: readonly SliceJob[]): Promise<void> {
    if (jobs.length > 0) await this.#reaching((lead) => lead.offer(jobs.map((job) => ({ id: jobId(job), text: jobText(job) }))));
  }

  async #collect(ms: number): Promise<void> {
    const { log } = this.#options;
    const finished = await this.#reaching((lead) => lead.finished(RESULTS, ms));
    for (const each of finished) {
      // What is not in the log stays in the queue.
      if (this.#isStopped || log?.error !== undefined) return;
      await this.#take(each);
    }
    if (!this.#isStopped && log?.error === undefined) await this.#reaching((lead) => lead.acknowledge(finished.map(({ id }) => id)));
    await this.#offerSuspect();
  }

  /** Offers the next suspect, if none is offered. The queue has forgotten it by now. */
  async #offerSuspect(): Promise<void> {
    if (this.#suspect !== undefined || this.#isStopped || this.#options.log?.error !== undefined) return;
    this.#suspect = this.#suspects.shift();
    if (this.#suspect === undefined) return;
    this.#tried.add(this.#suspect);
    await this.#offerJobs([this.#outstanding.get(this.#suspect)!.job]);
  }

  async #take(finished: Finished): Promise<void> {
    const { id } = finished;
    const slice = this.#outstanding.get(id);
    // Counted before: it ran twice.
    if (slice === undefined) return;
    if (id === this.#suspect) this.#suspect = undefined;
    if ('poison' in finished && finished.died && !this.#tried.has(id)) {
      if (!this.#suspects.includes(id)) this.#suspects.push(id);
      return;
    }
    if (this.#suspects.includes(id)) this.#suspects.splice(this.#suspects.indexOf(id), 1);
    this.#outstanding.delete(id);
    if ('poison' in finished) return this.#setAside(id, slice, finished.poison);
    let result: SliceResult;
    try {
      ({ result } = readResult(finished.result, slice.job));
    } catch (error) {
      return this.#setAside(id, slice, (error as Error).message);
    }
    if (slice.shrinks !== undefined) return this.#shrunk(slice.shrinks, result.failures.find(({ key }) => key === slice.shrinks!.key)?.shrunk ?? 'it does not fail again');
    await this.#count(id, slice, result);
  }

  #setAside(id: string, { turn, shrinks, logged = id }: Outstanding, why: string): void {
    const { log, onRefused } = this.#options;
    if (shrinks !== undefined) return this.#shrunk(shrinks, why);
    log?.lost(turn, why, logged);
    onRefused?.(`${turn.station.scenario} from seed ${turn.seed} on: ${why}`);
  }

  async #count(id: string, { turn, job, logged = id }: Outstanding, result: SliceResult): Promise<void> {
    const { plan, tally, history, log, shrink, onSlice, onFailure } = this.#options;
    const seconds = this.#elapsed();
    const { scenario } = turn.station;
    if (result.seconds > 0) this.#rates.set(scenario, result.executions / result.seconds);
    const fresh = result.failures.filter(({ key }) => !tally.knows(key));
    this.#left += job.executions - result.executions;
    if (result.exhausted) plan.exhausted(turn.station);
    const { tally: counts, fresh: edges } = tally.add(turn.station, { ...result, failures: [] });
    history.add(scenario, result, tally, seconds);
    // Before the slice: a slice in the log is not run again, and its failures would be lost.
    for (const failure of fresh) {
      tally.addFailure(failure);
      log?.failure(failure);
    }
    log?.slice(turn, result, history.before + seconds, counts.distinct, edges, logged);
    if (result.failures.length > 0) this.#found = true;
    for (const failure of fresh) {
      if (shrink) await this.#shrink(failure);
      else onFailure?.(failure);
    }
    onSlice?.(counts, seconds);
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

  /** Waits for slices that run already. Those that do not end in time are owed by the next part of the campaign. */
  async #drain(): Promise<void> {
    const { log } = this.#options;
    while (this.#outstanding.size > 0 && log?.error === undefined && !this.#mustEnd()) {
      const before = this.#outstanding.size;
      await this.#collect(WAIT_MS);
      if (this.#outstanding.size === before) await setTimeout(1);
    }
  }

  #goesOn(): boolean {
    const { signal, keepGoing, log, plan } = this.#options;
    if (this.#isStopped || signal.aborted || log?.error !== undefined || (this.#found && !keepGoing) || plan.isExhausted) return false;
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
