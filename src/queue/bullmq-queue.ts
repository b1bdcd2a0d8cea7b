/**
 * A queue in Redis, Valkey or PostgreSQL, by BullMQ.
 *
 * - A job is a BullMQ job with our id. BullMQ's workers renew its lock from their main thread while it runs. If a lock
 *   expires, any other worker's stall check makes the job wait again; after MOST_TRIES it fails, which is our poison.
 * - A result is the return value of a completed job, which stays until the coordinator removes it.
 * - The coordinator holds the lock of the only job of a second queue. Its lock expires like any other when it dies.
 *
 * BullMQ and the drivers are optional peer dependencies, loaded here only.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import type * as BullMq from 'bullmq';
import { QueueError, QueueTaken } from './errors.ts';
import { CLAIM_MS, MOST_TRIES, type Finished, type Job, type Lead, type Queue, type ServeOptions, type WorkerFacts } from './queue.ts';

/** A server, and how to talk to it. */
export interface BullMqServer {
  /** `redis://`, `rediss://`, `postgres://` or `postgresql://`. */
  readonly url: URL;
  /** Hash of this build, which names its queue. */
  readonly build: string;
  /** Milliseconds; shorter in tests. */
  readonly claimMs?: number;
}

type AnyQueue = BullMq.Queue<string, string>;
type AnyWorker = BullMq.Worker<string, string>;

/** The name of a worker tells its facts: host, process and jobs. */
const WORKER_NAME = /([^ :]{1,255}) ([0-9]{1,10}) ([0-9]{1,5})$/;
/** The queue whose jobs are the builds that are led; no worker takes them. */
const LED = 'led';
const POLL_MS = 200;
/** Jobs that one command adds or removes. */
const BATCH = 500;

/** Opens a queue on a server. @throws QueueError if packages are missing */
export async function bullmqQueue({ url, build, claimMs = CLAIM_MS }: BullMqServer): Promise<Queue> {
  const { Queue: BullQueue, Worker, createPostgresBackend } = await load<typeof BullMq>('bullmq', url);
  const isPostgres = url.protocol.startsWith('postgres');
  await load(isPostgres ? 'pg' : 'ioredis', url);
  const connection = isPostgres ? { connectionString: url.href, schema: 'sweepgen', migrate: true } : { url: url.href, maxRetriesPerRequest: null };
  const backend = (isPostgres ? [createPostgresBackend] : []) as unknown as [];
  const settings = { connection: connection as BullMq.ConnectionOptions, prefix: 'sweepgen' };

  function openQueue(queueName: string): AnyQueue {
    const queue = new BullQueue<string, string>(queueName, settings, ...backend) as unknown as AnyQueue;
    queue.on('error', () => {});
    return queue;
  }

  function openWorker(queueName: string, run: (job: BullMq.Job<string, string>) => Promise<string>, options: Partial<BullMq.WorkerOptions>): AnyWorker {
    return new Worker<string, string>(queueName, run, {
      ...settings, lockDuration: claimMs, stalledInterval: claimMs / 2, maxStalledCount: MOST_TRIES - 1, drainDelay: 5, ...options,
    }, ...backend) as unknown as AnyWorker;
  }

  // BullMQ gives a colon in a name a meaning of its own.
  const name = `slices-${build}`;
  return {
    lead: () => lead(openQueue, openWorker, name, build, claimMs),
    serve: (options) => serve(openWorker, name, options),
    async builds() {
      const led = openQueue(LED);
      try {
        return (await led.getWaiting()).map(({ id }) => id ?? '');
      } finally {
        await led.close();
      }
    },
    close: async () => {},
  };
}

type OpenQueue = (name: string) => AnyQueue;
type OpenWorker = (name: string, run: (job: BullMq.Job<string, string>) => Promise<string>, options: Partial<BullMq.WorkerOptions>) => AnyWorker;

/** Imports an optional package. @throws QueueError with the command that installs it */
async function load<Module>(name: string, { protocol }: URL): Promise<Module> {
  try {
    return (await import(name)) as Module;
  } catch {
    const packages = protocol.startsWith('postgres') ? 'bullmq pg' : 'bullmq ioredis';
    throw new QueueError(`a queue at ${protocol}// needs packages that are not installed; install them with: npm install ${packages}`);
  }
}

async function lead(openQueue: OpenQueue, openWorker: OpenWorker, name: string, build: string, claimMs: number): Promise<Lead> {
  const queue = openQueue(name);
  const leadName = `${name}-lead`;
  const seats = openQueue(leadName);
  let reject!: (error: unknown) => void;
  const lost = new Promise<never>((_, rejectLost) => { reject = rejectLost; });
  lost.catch(() => {});
  let release!: () => void;
  const released = new Promise<void>((resolve) => { release = resolve; });
  const who = JSON.stringify({ host: hostname(), pid: process.pid });
  await reached(seats.add('lead', who, { jobId: 'lead', removeOnComplete: true, removeOnFail: true, attempts: 1000 }));
  let seated!: () => void;
  const isSeated = new Promise<true>((resolve) => { seated = () => resolve(true); });
  const seat = openWorker(leadName, async (job) => {
    await job.updateData(who);
    seated();
    await released;
    return '';
  }, { maxStalledCount: 1_000_000, name: `${hostname()} ${process.pid} 1` });
  seat.on('error', () => {});
  seat.on('lockRenewalFailed', () => reject(new QueueError('the campaign was taken over by another coordinator')));
  if (!(await Promise.race([isSeated, setTimeout(claimMs * 2, false)]))) {
    const holder = holderOf((await seats.getJob('lead'))?.data);
    await Promise.all([seat.close(true), seats.close(), queue.close()]);
    throw new QueueTaken(holder.host, holder.pid);
  }

  const led = openQueue(LED);
  await led.add('build', who, { jobId: build });

  async function over(most: number): Promise<Finished[]> {
    const jobs = (await queue.getJobs(['completed', 'failed'], 0, most - 1, true)) as unknown as BullMq.Job<string, string>[];
    return jobs.filter((job) => job?.id !== undefined).map(({ id, returnvalue, failedReason }) => (
      failedReason ? { id: id!, poison: failedReason } : { id: id!, result: returnvalue }
    ));
  }

  return {
    async offer(jobs) {
      for (let at = 0; at < jobs.length; at += BATCH) {
        await queue.addBulk(jobs.slice(at, at + BATCH).map(({ id, text }) => ({ name: 'job', data: text, opts: { jobId: id, attempts: MOST_TRIES } })));
      }
    },
    async finished(most, ms) {
      const end = performance.now() + ms;
      for (;;) {
        const found = await over(most).catch(() => []);
        if (found.length > 0 || performance.now() >= end) return found;
        await setTimeout(Math.min(POLL_MS, Math.max(1, end - performance.now())));
      }
    },
    async acknowledge(ids) {
      await Promise.all(ids.map((id) => queue.remove(id)));
    },
    async withdraw() {
      await queue.drain();
    },
    async workers() {
      return (await queue.getWorkers()).flatMap(({ name: text = '', rawname = '' }) => factsOf(text) ?? factsOf(rawname) ?? []);
    },
    lost,
    async close() {
      await led.remove(build);
      await led.close();
      release();
      await seat.close();
      await Promise.all([seats.close(), queue.close()]);
    },
  };
}

function factsOf(name: string): WorkerFacts | undefined {
  const [, host, pid, jobs] = WORKER_NAME.exec(decodeURIComponent(name)) ?? [];
  return host === undefined ? undefined : { host, pid: Number(pid), jobs: Number(jobs) };
}

function holderOf(data: string | undefined): { readonly host: string; readonly pid: number } {
  try {
    const { host, pid } = JSON.parse(data ?? '{}') as { host?: unknown; pid?: unknown };
    return { host: String(host ?? 'another host').slice(0, 255), pid: Number(pid ?? 0) };
  } catch {
    return { host: 'another host', pid: 0 };
  }
}

/** @throws QueueError without the URL, which may hold a password */
async function reached<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    throw new QueueError(`the queue can't be reached: ${(error as NodeJS.ErrnoException).code ?? 'no answer'}`);
  }
}

async function serve(openWorker: OpenWorker, name: string, { jobs, run, signal, onTrouble }: ServeOptions): Promise<void> {
  let isTroubled = false;
  const worker = openWorker(name, async (job) => run({ id: job.id!, text: job.data } satisfies Job), { concurrency: jobs, name: encodeURIComponent(`${hostname()} ${process.pid} ${jobs}`), id: randomUUID() } as Partial<BullMq.WorkerOptions>);
  worker.on('error', (error) => {
    if (!isTroubled) onTrouble?.((error as NodeJS.ErrnoException).code ?? error.name);
    isTroubled = true;
  });
  worker.on('ready', () => {
    if (isTroubled) onTrouble?.(undefined);
    isTroubled = false;
  });
  if (!signal.aborted) await new Promise<void>((resolve) => { signal.addEventListener('abort', () => resolve(), { once: true }); });
  // Waits for the jobs that run.
  await worker.close();
}
