/**
 * The coordinator's side of a queue by BullMQ.
 *
 * The seat is the only job of a second queue. The coordinator runs this job as long as it leads. When it dies, the lock of
 * the job expires, and the next coordinator can run it.
 * If the server was away for so long that the lock has expired, the living holder takes the seat again, unless another
 * coordinator has it by then. If the server has lost its data, the holder makes the seat again.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import type * as BullMq from 'bullmq';
import { z } from 'zod';
import type { AnyQueue, AnyWorker, BullMqMaker } from './bullmq-maker.ts';
import { QueueError, QueueTaken, reasonOf } from './errors.ts';
import { MOST_TRIES, type Finished, type Lead, type LeadOptions, type WorkerFacts } from './queue.ts';

export interface BullMqLeadOptions extends LeadOptions {
  readonly name: string;
  readonly build: string;
  readonly claimMs: number;
}

/** The queue with a job for each build that has a coordinator. It holds a count that grows while the coordinator lives; no worker takes it. */
export const LED = 'led';

/** Returns the milliseconds between two increments of a count. */
export function beatMs(claimMs: number): number {
  return claimMs / 6;
}

/** Returns the count of a coordinator; 0 if it has none. */
export function beatOf(data: string): number {
  try {
    return Beat.parse(JSON.parse(data)).count;
  } catch {
    return 0;
  }
}

const Beat = z.object({ count: z.number().int().nonnegative() });
/** The name of a worker holds its facts: host, process and jobs. */
const WORKER_NAME = /([^ :]{1,255}) ([0-9]{1,10}) ([0-9]{1,5})$/;
/** BullMQ's reason for a job that is set aside because its locks expired. */
const STALLED = /^job stalled/;
const POLL_MS = 200;
/** The most jobs that one command adds. */
const BATCH = 500;
/** Milliseconds that a server gets to close the connections. */
const LEAVE_MS = 2000;
const SEAT = 'lead';

const Holder = z.object({ name: z.string().max(64), host: z.string().max(255), pid: z.number().int().nonnegative() });
type Holder = z.infer<typeof Holder>;

export async function leadBullmq(maker: BullMqMaker, { name, build, claimMs, onWait }: BullMqLeadOptions): Promise<Lead> {
  const queue = maker.queue(name);
  const led = maker.queue(LED);
  const me: Holder = { name: randomUUID(), host: hostname(), pid: process.pid };
  const seat = new Seat(maker, `${name}-lead`, me, claimMs);
  let beats = 0;
  async function beat(): Promise<void> {
    const data = JSON.stringify({ count: beats++ } satisfies z.infer<typeof Beat>);
    const entry = await led.getJob(build);
    await (entry === undefined ? led.add('build', data, { jobId: build }) : entry.updateData(data));
  }
  try {
    await seat.take(onWait);
    await beat();
  } catch (error) {
    await leave([seat.close(), queue.close(), led.close()], [seat, queue, led]);
    throw error instanceof QueueError ? error : new QueueError(`the queue can't be used: ${reasonOf(error)}`);
  }
  // An error means that the server is away, and then no process reads the count.
  const timer = setInterval(() => void beat().catch(() => {}), beatMs(claimMs));
  timer.unref();

  return {
    async offer(jobs) {
      for (let at = 0; at < jobs.length; at += BATCH) {
        await maker.withTables(() => queue.addBulk(jobs.slice(at, at + BATCH).map(({ id, text }) => ({ name: 'job', data: text, opts: { jobId: id, attempts: MOST_TRIES } }))));
      }
    },
    async finished(most, ms) {
      const end = performance.now() + ms;
      for (;;) {
        const found = await maker.withTables(() => over(queue, most));
        if (found.length > 0 || performance.now() >= end) return found;
        await setTimeout(Math.min(POLL_MS, Math.max(1, end - performance.now())));
      }
    },
    async acknowledge(ids) {
      await maker.withTables(() => Promise.all(ids.map((id) => queue.remove(id))));
    },
    async withdraw() {
      await maker.withTables(() => queue.drain());
    },
    async workers() {
      return (await maker.withTables(() => queue.getWorkers())).flatMap(({ name: text = '', rawname = '' }) => factsOf(text) ?? factsOf(rawname) ?? []);
    },
    lost: seat.lost,
    async close() {
      clearInterval(timer);
      const work = (async () => {
        // If another coordinator has taken over, the entry is its own.
        if (seat.isSeated) await led.remove(build);
        await Promise.all([led.close(), seat.close(), queue.close()]);
      })();
      await leave([work], [seat, queue, led]);
    },
  };
}

async function over(queue: AnyQueue, most: number): Promise<Finished[]> {
  const jobs = (await queue.getJobs(['completed', 'failed'], 0, most - 1, true)) as unknown as (BullMq.Job<string, string> | undefined)[];
  return jobs.flatMap((job): Finished[] => {
    if (typeof job?.id !== 'string') return [];
    const { id, returnvalue, failedReason } = job;
    // A job that has failed before keeps the reason when it completes.
    const hasFailed = failedReason && (returnvalue ?? undefined) === undefined;
    return [hasFailed ? { id, poison: String(failedReason), died: STALLED.test(failedReason) } : { id, result: String(returnvalue) }];
  });
}

/** Waits for an orderly end. If the server is away, cuts the connections instead. */
async function leave(work: readonly Promise<unknown>[], connections: readonly { disconnect(): Promise<void> }[]): Promise<void> {
  const isOver = await Promise.race([Promise.allSettled(work).then(() => true), setTimeout(LEAVE_MS, false)]);
  if (!isOver) await Promise.race([Promise.allSettled(connections.map((each) => each.disconnect())), setTimeout(LEAVE_MS)]);
}

/** Reads the facts from the name of a worker, which may be anything. */
function factsOf(name: string): WorkerFacts | undefined {
  try {
    const [, host, pid, jobs] = WORKER_NAME.exec(decodeURIComponent(name)) ?? [];
    return host === undefined ? undefined : { host, pid: Number(pid), jobs: Number(jobs) };
  } catch {
    return undefined;
  }
}

/** The seat of the coordinator. */
class Seat {
  readonly #seats: AnyQueue;
  readonly #maker: BullMqMaker;
  readonly #queueName: string;
  readonly #me: Holder;
  readonly #claimMs: number;
  #worker: AnyWorker | undefined;
  #isSeated = false;
  #isClosed = false;
  #isLooking = false;
  #reject!: (error: unknown) => void;
  #release!: () => void;
  readonly #released = new Promise<void>((resolve) => { this.#release = resolve; });
  readonly lost = new Promise<never>((_, reject) => { this.#reject = reject; });

  constructor(maker: BullMqMaker, queueName: string, me: Holder, claimMs: number) {
    this.#seats = maker.queue(queueName);
    this.#maker = maker;
    this.#queueName = queueName;
    this.#me = me;
    this.#claimMs = claimMs;
    this.lost.catch(() => {});
  }

  /** Whether this process holds the seat, as far as it knows. */
  get isSeated(): boolean {
    return this.#isSeated;
  }

  /** Waits for the seat. @throws QueueTaken if its holder lives */
  async take(onWait: LeadOptions['onWait']): Promise<void> {
    await this.#add();
    const holder = await this.#holder();
    const before = holder?.name === this.#me.name ? undefined : holder;
    this.#worker = this.#maker.worker(this.#queueName, async (job) => {
      await job.updateData(JSON.stringify(this.#me));
      this.#isSeated = true;
      await this.#released;
      return '';
    }, {
      // After a lost lock, the job runs here again while its first run still waits.
      concurrency: 1000, maxStalledCount: 1_000_000, name: `${this.#me.host} ${this.#me.pid} 1`,
    });
    this.#worker.on('lockRenewalFailed', () => void this.#look());
    const started = performance.now();
    let hasSaid = false;
    while (!this.#isSeated) {
      const waited = performance.now() - started;
      if (waited > 2 * this.#claimMs) {
        const other = (await this.#holder()) ?? before;
        throw new QueueTaken(other?.host ?? 'another host', other?.pid ?? 0);
      }
      if (!hasSaid && waited > WAIT_IS_LONG_MS && before !== undefined) onWait?.(before, Math.ceil((2 * this.#claimMs) / 1000));
      hasSaid ||= waited > WAIT_IS_LONG_MS;
      await setTimeout(Math.min(POLL_MS, this.#claimMs / 10));
    }
  }

  /** Called after the lock was lost: takes the seat again, or finds that another coordinator has it. */
  async #look(): Promise<void> {
    if (this.#isLooking || this.#isClosed) return;
    this.#isLooking = true;
    this.#isSeated = false;
    while (!this.#isSeated && !this.#isClosed) {
      try {
        await this.#add();
        const holder = await this.#holder();
        if (holder !== undefined && holder.name !== this.#me.name) this.#reject(new QueueTaken(holder.host, holder.pid));
      } catch {
        // The server is still away.
      }
      await setTimeout(this.#claimMs / 4, undefined, { ref: false });
    }
    this.#isLooking = false;
  }

  /** Makes the seat if there is none. */
  async #add(): Promise<void> {
    await this.#seats.add('lead', JSON.stringify(this.#me), { jobId: SEAT, removeOnComplete: true, removeOnFail: true, attempts: 1000 });
  }

  async #holder(): Promise<Holder | undefined> {
    try {
      return Holder.parse(JSON.parse((await this.#seats.getJob(SEAT))?.data ?? ''));
    } catch {
      return undefined;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const wasSeated = this.#isSeated;
    this.#release();
    await this.#worker?.close(!wasSeated);
    await this.#seats.close();
  }

  async disconnect(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled([this.#worker?.close(true), this.#worker?.disconnect(), this.#seats.disconnect()]);
  }
}

/** The longest wait that is not announced. */
const WAIT_IS_LONG_MS = 1000;
