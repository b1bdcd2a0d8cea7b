/**
 * A queue in Redis, Valkey or PostgreSQL, by BullMQ.
 *
 * - A job is a BullMQ job with our id. BullMQ's workers renew its lock from their main thread while it runs. If a lock
 *   expires, any other worker's stall check makes the job wait again; after MOST_TRIES it fails, which is our poison.
 * - A result is the return value of a completed job, which stays until the coordinator removes it.
 * - The coordinator holds a seat; see bullmq-lead.ts.
 *
 * BullMQ and the drivers are optional peer dependencies, see load.ts.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type * as BullMq from 'bullmq';
import { LED, beatMs, beatOf, leadBullmq } from './bullmq-lead.ts';
import { bullmqMaker, type BullMqMaker } from './bullmq-maker.ts';
import { watchServer } from './heartbeat.ts';
import { CLAIM_MS, type Job, type Queue, type ServeOptions } from './queue.ts';
import { reach } from './reach.ts';
import { growing } from './watch.ts';

/** A server with the queue of a build. */
export interface BullMqServer {
  /** `redis://`, `rediss://`, `postgres://` or `postgresql://`. */
  readonly url: URL;
  /** Hash of this build, which names its queue. */
  readonly build: string;
  /** Milliseconds; shorter in tests. */
  readonly claimMs?: number;
}

/** Opens a queue on a server. @throws QueueError if packages are missing, or the server can't be reached */
export async function bullmqQueue({ url, build, claimMs = CLAIM_MS }: BullMqServer): Promise<Queue> {
  const maker = await bullmqMaker(url, claimMs);
  await reach(url, claimMs);
  // A name without a colon: BullMQ gives colons a meaning of its own.
  const name = `slices-${build}`;
  return {
    lead: (options) => leadBullmq(maker, { ...options, name, build, claimMs }),
    serve: (options) => serve(maker, name, options, claimMs),
    async builds() {
      const led = maker.queue(LED);
      try {
        return await growing(async () => new Map((await led.getWaiting()).map(({ id, data }) => [id ?? '', beatOf(data)])), 1.5 * beatMs(claimMs));
      } finally {
        await led.close();
      }
    },
    close: async () => {},
  };
}

async function serve(maker: BullMqMaker, name: string, { jobs, run, signal, onTrouble }: ServeOptions, claimMs: number): Promise<void> {
  const worker = maker.worker(name, async (job) => run({ id: String(job.id), text: job.data } satisfies Job), { concurrency: jobs, name: encodeURIComponent(`${hostname()} ${process.pid} ${jobs}`), id: randomUUID() } as Partial<BullMq.WorkerOptions>);
  const queue = maker.queue(name);
  const watched = watchServer({ ping: () => queue.isPaused(), ms: claimMs / 6, onTrouble: (message) => onTrouble?.(message), signal });
  if (!signal.aborted) await new Promise<void>((resolve) => { signal.addEventListener('abort', () => resolve(), { once: true }); });
  await watched;
  // Waits for the running jobs.
  await worker.close();
  await queue.close();
}
