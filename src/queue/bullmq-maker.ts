/** Makes BullMQ's queues and workers of one server. */
import type * as BullMq from 'bullmq';
import { load } from './load.ts';
import { MOST_TRIES } from './queue.ts';
import { isPostgres } from './reach.ts';

export type AnyQueue = BullMq.Queue<string, string>;
export type AnyWorker = BullMq.Worker<string, string>;

export interface BullMqMaker {
  queue(name: string): AnyQueue;
  worker(name: string, run: (job: BullMq.Job<string, string>) => Promise<string>, options: Partial<BullMq.WorkerOptions>): AnyWorker;
}

/** @throws QueueError if BullMQ is missing */
export async function bullmqMaker(url: URL, claimMs: number): Promise<BullMqMaker> {
  const { Queue, Worker, createPostgresBackend } = await load<typeof BullMq>('bullmq', url);
  const connection = isPostgres(url) ? { connectionString: url.href, schema: 'sweepgen', migrate: true } : { url: url.href, maxRetriesPerRequest: null };
  const backend = (isPostgres(url) ? [createPostgresBackend] : []) as unknown as [];
  const settings = { connection: connection as BullMq.ConnectionOptions, prefix: 'sweepgen' };
  return {
    queue(name) {
      const queue = new Queue<string, string>(name, settings, ...backend) as unknown as AnyQueue;
      queue.on('error', () => {});
      return queue;
    },
    worker(name, run, options) {
      const worker = new Worker<string, string>(name, run, {
        ...settings, lockDuration: claimMs, stalledInterval: claimMs / 2, maxStalledCount: MOST_TRIES - 1, drainDelay: 5, ...options,
      }, ...backend) as unknown as AnyWorker;
      // Without a listener, an error ends the process. What it means, the heartbeat tells.
      worker.on('error', () => {});
      return worker;
    },
  };
}
