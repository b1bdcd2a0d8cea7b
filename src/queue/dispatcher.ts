/**
 * Offers the jobs of a coordinator to its queue, and takes the outcome of each once.
 *
 * 1. While the queue can't be reached, the dispatcher tries again. Afterwards, and from time to time, it offers the jobs
 *    without a result again, since the server may have lost them.
 * 2. A job whose workers died every time is offered once more, while no other such job runs, and then given up.
 * 3. A result is acknowledged to the queue after `take` has made it safe.
 *
 * Invariant: a job that was offered is outstanding until `take` has had its result, or the reason why there is none.
 */
import { setTimeout } from 'node:timers/promises';
import { QueueTaken, reasonOf } from './errors.ts';
import type { Finished, Job, Lead, WorkerFacts } from './queue.ts';

/** The result of a job, or the reason why it was given up. */
export type Outcome = { readonly result: string } | { readonly poison: string };

/** A job, and what it means to the coordinator (`matter`). */
export interface Task<Matter> extends Job {
  readonly matter: Matter;
}

export interface DispatcherOptions<Matter> {
  readonly lead: Lead;
  /** Takes the outcome of a job. */
  readonly take: (id: string, matter: Matter, outcome: Outcome) => Promise<void>;
  /** Reports whether results can no longer be made safe. They then stay in the queue. */
  readonly isHalted: () => boolean;
  /** Reports whether to give up while the queue can't be reached. */
  readonly mustEnd: () => boolean;
  /** Returns milliseconds. */
  readonly now: () => number;
  /** Called once with the reason when the queue can't be reached, and with `undefined` when it can be again. */
  readonly onTrouble?: (message: string | undefined) => void;
}

/** Thrown when the work has to end while the queue can't be reached. */
export class Away extends Error {}

/** The most results of one request. */
const RESULTS = 200;
/** Jobs offered for each job that the workers can run at the same time. */
const AHEAD = 2;
/** The fewest jobs to keep offered, even if no worker is known. */
const FEWEST = 4;
/** Milliseconds between two requests for the list of workers, which rarely changes. */
const ASK_MS = 1000;
/** Milliseconds after which a missing answer of the queue is reported as trouble. */
const ANSWER_MS = 5000;
const RETRY_MS = 1000;
/** Milliseconds after which the jobs without a result are offered again. */
const AGAIN_MS = 20_000;

export class Dispatcher<Matter> {
  readonly #options: DispatcherOptions<Matter>;
  readonly #outstanding = new Map<string, Task<Matter>>();
  /**
   * Jobs that the queue has set aside because their workers died. Another job of these workers may have killed them, so
   * each suspect is offered once more, while no other suspect runs. Suspects are outstanding.
   */
  readonly #suspects: string[] = [];
  /** The suspect that is offered now. */
  #suspect: string | undefined;
  /** The suspects that were offered once more. */
  readonly #tried = new Set<string>();
  /** The workers that `room` last found. */
  workers: readonly WorkerFacts[] = [];
  /** Milliseconds: when `room` last asked for the workers. */
  #askedAt = -Infinity;
  #isTroubled = false;
  /** Milliseconds: when the jobs without a result were last offered. */
  #offeredAt = -Infinity;

  constructor(options: DispatcherOptions<Matter>) {
    this.#options = options;
  }

  /** Jobs without an outcome. */
  get outstanding(): number {
    return this.#outstanding.size;
  }

  /** Offers jobs. @throws Away, as all that follow */
  async offer(tasks: readonly Task<Matter>[]): Promise<void> {
    for (const task of tasks) this.#outstanding.set(task.id, task);
    await this.#offerJobs(tasks);
  }

  /** Offers the jobs without an outcome again, if that is due: the server may have lost them. */
  async offerAgain(): Promise<void> {
    const { now } = this.#options;
    if (now() - this.#offeredAt <= AGAIN_MS) return;
    this.#offeredAt = now();
    await this.#offerJobs([...this.#outstanding.values()].filter(({ id }) => !this.#suspects.includes(id)));
  }

  /** Takes the jobs that are over. Waits up to `ms` for the first. */
  async collect(ms: number): Promise<void> {
    const { isHalted } = this.#options;
    const finished = await this.#reaching((lead) => lead.finished(RESULTS, ms));
    for (const each of finished) {
      if (isHalted()) return;
      await this.#takeOne(each);
    }
    if (isHalted()) return;
    await this.#reaching((lead) => lead.acknowledge(finished.map(({ id }) => id)));
    await this.#offerSuspect();
  }

  /** Takes back the jobs that no worker has taken. They stay outstanding. */
  async withdraw(): Promise<void> {
    await this.#reaching((lead) => lead.withdraw());
  }

  /** Returns how many jobs should be offered, so that none of the workers waits for one. */
  async room(): Promise<number> {
    const now = this.#options.now();
    if (now - this.#askedAt > ASK_MS) {
      this.workers = await this.#reaching((lead) => lead.workers());
      this.#askedAt = now;
    }
    const wanted = Math.max(FEWEST, AHEAD * this.workers.reduce((sum, { jobs }) => sum + jobs, 0));
    return Math.max(0, wanted - (this.#outstanding.size - this.#suspects.length));
  }

  async #offerJobs(jobs: readonly Job[]): Promise<void> {
    if (jobs.length > 0 && !this.#options.isHalted()) await this.#reaching((lead) => lead.offer(jobs.map(({ id, text }) => ({ id, text }))));
  }

  /** Offers the next suspect, if none is offered. The queue has forgotten it by now. */
  async #offerSuspect(): Promise<void> {
    if (this.#suspect !== undefined) return;
    this.#suspect = this.#suspects.shift();
    if (this.#suspect === undefined) return;
    this.#tried.add(this.#suspect);
    await this.#offerJobs([this.#outstanding.get(this.#suspect)!]);
  }

  async #takeOne(finished: Finished): Promise<void> {
    const { id } = finished;
    const task = this.#outstanding.get(id);
    // The job ran twice, and its first result was taken.
    if (task === undefined) return;
    if (id === this.#suspect) this.#suspect = undefined;
    if ('poison' in finished && finished.died && !this.#tried.has(id)) {
      if (!this.#suspects.includes(id)) this.#suspects.push(id);
      return;
    }
    if (this.#suspects.includes(id)) this.#suspects.splice(this.#suspects.indexOf(id), 1);
    this.#outstanding.delete(id);
    await this.#options.take(id, task.matter, finished);
  }

  /** Repeats `work` on the queue until it succeeds. @throws Away, QueueTaken */
  async #reaching<Value>(work: (lead: Lead) => Promise<Value>): Promise<Value> {
    const { lead, mustEnd } = this.#options;
    for (;;) {
      const done = work(lead).then((value) => ({ value }), (error: unknown) => ({ error }));
      let answer = await Promise.race([done, setTimeout<undefined>(ANSWER_MS, undefined, { ref: false })]);
      while (answer === undefined) {
        this.#reportTrouble('no answer');
        if (mustEnd()) throw new Away();
        answer = await Promise.race([done, setTimeout<undefined>(RETRY_MS)]);
      }
      if ('value' in answer) {
        this.#reportTrouble(undefined);
        return answer.value;
      }
      if (answer.error instanceof QueueTaken) throw answer.error;
      this.#reportTrouble(reasonOf(answer.error));
      if (mustEnd()) throw new Away();
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
}
