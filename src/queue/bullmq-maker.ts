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
  /** Does work. If PostgreSQL has lost its tables, makes them, and throws: the caller's next try succeeds. */
  withTables<Value>(work: () => Promise<Value>): Promise<Value>;
}

/** PostgreSQL's codes for a table, a schema and a function that are missing. */
const NO_TABLES = ['42P01', '3F000', '42883'];

/** @throws QueueError if BullMQ is missing */
export async function bullmqMaker(url: URL, claimMs: number): Promise<BullMqMaker> {
  const { Queue, Worker, createPostgresBackend } = await load<typeof BullMq>('bullmq', url);
  const connection = isPostgres(url) ? { connectionString: url.href, schema: 'sweepgen', migrate: true } : { url: url.href, maxRetriesPerRequest: null };
  const backend = (isPostgres(url) ? [createPostgresBackend] : []) as unknown as [];
  const settings = { connection: connection as BullMq.ConnectionOptions, prefix: 'sweepgen' };
  function makeQueue(name: string): AnyQueue {
    const queue = new Queue<string, string>(name, settings, ...backend) as unknown as AnyQueue;
    queue.on('error', () => {});
    return queue;
  }
  /** Makes missing tables: every new queue does. */
  async function makeTables(): Promise<void> {
    const queue = makeQueue('tables');
    try {
      await queue.waitUntilReady();
    } finally {
      await queue.close();
    }
  }
  return {
    queue: makeQueue,
    worker(name, run, options) {
      const worker = new Worker<string, string>(name, run, {
        ...settings, lockDuration: claimMs, stalledInterval: claimMs / 2, maxStalledCount: MOST_TRIES - 1, drainDelay: 5, ...options,
      }, ...backend) as unknown as AnyWorker;
      // Without a listener, an error would end the process. The heartbeat reports the trouble behind it.
      worker.on('error', () => {});
      return worker;
    },
    async withTables(work) {
      try {
        return await work();
      } catch (error) {
        if (NO_TABLES.includes((error as { code?: string }).code ?? '')) await makeTables();
        throw error;
      }
    },
  };
}
