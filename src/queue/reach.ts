/** Checks that a server answers, and accepts user and password: BullMQ itself would try for ever. */
import { setTimeout } from 'node:timers/promises';
import { load } from './load.ts';
import { QueueError, reasonOf } from './errors.ts';

/** Milliseconds that a server gets to answer. */
const ANSWER_MS = 10_000;

/**
 * @param claimMs see queue.ts
 * @throws QueueError with the reason if the server does not answer or refuses the user, or if the clocks differ too much
 */
export async function reach(url: URL, claimMs: number, ms = ANSWER_MS): Promise<void> {
  const place = `${url.protocol}//${url.host}`;
  let why: string | undefined;
  try {
    const isOver = await Promise.race([(isPostgres(url) ? tryPostgres(url, claimMs, ms) : tryRedis(url, ms)).then(() => true), setTimeout(ms, false, { ref: false })]);
    if (isOver) return;
  } catch (error) {
    if (error instanceof QueueError) throw error;
    why = reasonOf(error);
  }
  throw new QueueError(`the queue at ${place} can't be reached: ${why ?? `no answer within ${ms / 1000} s`}`);
}

export function isPostgres({ protocol }: URL): boolean {
  return protocol.startsWith('postgres');
}

async function tryRedis(url: URL, ms: number): Promise<void> {
  const { Redis } = await load<typeof import('ioredis')>('ioredis', url);
  const client = new Redis(url.href, { lazyConnect: true, connectTimeout: ms, retryStrategy: () => null, enableOfflineQueue: false, maxRetriesPerRequest: 0 });
  let last: unknown;
  client.on('error', (error) => { last ??= error; });
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    throw last ?? error;
  } finally {
    client.disconnect();
  }
}

/**
 * With PostgreSQL, unlike Redis, BullMQ ends a claim by the clocks of its clients. A host with a fast clock would take
 * the jobs of others, and the claims of a dead worker with a fast clock would not end.
 */
async function tryPostgres(url: URL, claimMs: number, ms: number): Promise<void> {
  const { default: { Client } } = await load<{ readonly default: typeof import('pg') }>('pg', url);
  const client = new Client({ connectionString: url.href, connectionTimeoutMillis: ms });
  client.on('error', () => {});
  try {
    await client.connect();
    const before = Date.now();
    const { rows } = await client.query<{ now: number }>('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now');
    const differs = Math.max(before - rows[0].now, rows[0].now - Date.now());
    if (differs > claimMs / 4) throw new QueueError(`the clocks of this host and of the server at ${url.host} differ by ${Math.round(differs / 1000)} s: synchronize them, as with NTP; PostgreSQL queues allow at most ${claimMs / 4000} s`);
  } finally {
    // Not awaited: closing a connection that was never made does not return.
    void client.end().catch(() => {});
  }
}
