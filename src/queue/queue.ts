/**
 * A queue of jobs that machines share. The coordinator of a campaign offers jobs and collects their results;
 * workers on any number of machines run them. The engine behind it is a folder (file-queue.ts) or
 * BullMQ over Redis or PostgreSQL (bullmq-queue.ts).
 *
 * A job runs at least once: if its worker dies, another one runs it again. So jobs are deterministic, and
 * named by a hash of their content: a job that is offered twice is one job, and a result that arrives twice is one result.
 *
 * 1. `offer` makes jobs wait.
 * 2. A worker takes a job, and renews its claim while it runs.
 * 3. If the claim is not renewed in time, the job waits again. After MOST_TRIES claims it is set aside as poison.
 * 4. The result stays in the queue until the coordinator acknowledges it, which it does once its log holds it.
 *
 * Invariant: a job that was offered is waiting, claimed, finished or set aside, until it is acknowledged or withdrawn.
 */

/** A job: `text` is JSON that only the coordinator and the worker understand. */
export interface Job {
  /** Hexadecimal digits; the same for jobs of the same content. */
  readonly id: string;
  readonly text: string;
}

/** A job that is over: its result, or the reason why it was set aside, and whether its workers died. */
export type Finished = { readonly id: string } & ({ readonly result: string } | { readonly poison: string; readonly died: boolean });

/** A worker process, as the coordinator lists it. */
export interface WorkerFacts {
  readonly host: string;
  readonly pid: number;
  /** The number of jobs that it can run at the same time. */
  readonly jobs: number;
}

/** The coordinator's side. Only one process leads a queue at a time. */
export interface Lead {
  /** Offers jobs. A job that the queue has already, in any state, is left as it is. */
  offer(jobs: readonly Job[]): Promise<void>;
  /** Returns at most `most` jobs that are over and not acknowledged. Waits for the first, but not longer than `ms`. */
  finished(most: number, ms: number): Promise<readonly Finished[]>;
  /** Removes finished jobs from the queue. The caller has made their results safe. */
  acknowledge(ids: readonly string[]): Promise<void>;
  /** Takes back the jobs that no worker has taken. */
  withdraw(): Promise<void>;
  workers(): Promise<readonly WorkerFacts[]>;
  /** Rejects when another process has taken over, or the queue is lost for good. */
  readonly lost: Promise<never>;
  close(): Promise<void>;
}

export interface ServeOptions {
  /** Jobs that run at the same time. */
  readonly jobs: number;
  /** Runs a job. If it throws, the job waits again, and is set aside after MOST_TRIES. */
  readonly run: (job: Job) => Promise<string>;
  /** When it is aborted, the worker finishes its running jobs and takes no other. */
  readonly signal: AbortSignal;
  /** Called once with the reason when the queue can't be reached, and with `undefined` when it can be again. */
  readonly onTrouble?: (message: string | undefined) => void;
}

export interface LeadOptions {
  /** Called while the new coordinator waits to see whether the last one is alive, with the most seconds that this takes. */
  readonly onWait?: (holder: { readonly host: string; readonly pid: number }, seconds: number) => void;
}

export interface Queue {
  /** Becomes the coordinator. @throws QueueTaken if another process is, and is alive */
  lead(options?: LeadOptions): Promise<Lead>;
  /** Runs jobs until the signal. */
  serve(options: ServeOptions): Promise<void>;
  /** Returns the builds whose campaigns are led on the same server or in the same folder, this one included. */
  builds(): Promise<readonly string[]>;
  /** Releases connections. */
  close(): Promise<void>;
}

/** The number of claims after which a job is set aside: a job that kills its worker must not kill all workers. */
export const MOST_TRIES = 5;
/** A claim that was not renewed for these milliseconds is over. */
export const CLAIM_MS = 30_000;
