/** What every queue promises, on a folder, on Redis and on PostgreSQL. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QueueTaken } from '../../src/queue/errors.ts';
import { openQueue } from '../../src/queue/open-queue.ts';
import { MOST_TRIES, type Finished, type Job, type Lead, type Queue } from '../../src/queue/queue.ts';
import { SERVERS, startServer, type Server } from '../support/servers.ts';

/** Short, so that lost claims are noticed within the test. */
const CLAIM_MS = 1500;

describe.each(['file', ...SERVERS] as const)('a queue on %s', (kind) => {
  let server: Server | undefined;
  let folder = '';
  let url = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sweepgen-queue-'));
    if (kind === 'file') url = `file:${folder}`;
    else {
      server = await startServer(kind);
      url = server.url;
    }
  });
  afterAll(async () => {
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  let builds = 0;
  const jobs = (n: number): Job[] => Array.from({ length: n }, (_, i) => ({ id: (0xa0000000 + i).toString(16), text: `"${i}"` }));

  /** A queue with a lead, both of their own. */
  async function opened(): Promise<{ queue: Queue; lead: Lead; close: () => Promise<void>; build: string }> {
    const build = `b${builds++}`;
    const queue = await openQueue(url, { build, claimMs: CLAIM_MS });
    const lead = await queue.lead();
    return { queue, lead, build, close: async () => { await lead.close(); await queue.close(); } };
  }

  /** Serves jobs until the returned function is called. */
  function serving(queue: Queue, run: (job: Job) => Promise<string>, most = 2): () => Promise<void> {
    const stop = new AbortController();
    const served = queue.serve({ jobs: most, run, signal: stop.signal });
    return async () => { stop.abort(); await served; };
  }

  /** Takes and acknowledges results until there are `n` different ones. */
  async function collect(lead: Lead, n: number): Promise<Map<string, Finished>> {
    const results = new Map<string, Finished>();
    while (results.size < n) {
      const found = await lead.finished(100, 1000);
      for (const each of found) results.set(each.id, each);
      await lead.acknowledge(found.map(({ id }) => id));
    }
    return results;
  }

  it('runs each job, and keeps results until they are acknowledged', async () => {
    const { queue, lead, close } = await opened();
    const stop = serving(queue, async ({ text }) => `${text}!`);
    await lead.offer(jobs(20));
    while ((await lead.finished(100, 1000)).length < 20);
    expect((await lead.finished(100, 0)).map(({ id }) => id).sort()).toEqual(jobs(20).map(({ id }) => id));
    const results = await collect(lead, 20);
    expect([...results.values()].map((each) => 'result' in each && each.result).sort()).toEqual(jobs(20).map(({ text }) => `${text}!`).sort());
    expect(await lead.finished(100, 0)).toEqual([]);
    await stop();
    await close();
  });

  it('takes a job that is offered several times for one', async () => {
    const { queue, lead, close } = await opened();
    let ran = 0;
    await lead.offer(jobs(5));
    await lead.offer(jobs(5));
    const stop = serving(queue, async () => String(ran++));
    await lead.offer(jobs(5));
    while ((await lead.finished(100, 1000)).length < 5);
    await lead.offer(jobs(5));
    await setTimeout(300);
    expect(ran).toBe(5);
    await collect(lead, 5);
    await stop();
    await close();
  });

  it('sets a job aside that fails every time, with the reason', async () => {
    const { queue, lead, close } = await opened();
    let tries = 0;
    const stop = serving(queue, async ({ id }) => {
      if (id !== jobs(3)[1].id) return 'fine';
      tries++;
      throw new Error('it breaks');
    });
    await lead.offer(jobs(3));
    const results = await collect(lead, 3);
    expect(results.get(jobs(3)[1].id)).toMatchObject({ poison: expect.stringContaining('it breaks') });
    expect(tries).toBe(MOST_TRIES);
    await stop();
    await close();
  });

  it('returns the result of a job that failed at first', async () => {
    const { queue, lead, close } = await opened();
    let tries = 0;
    const stop = serving(queue, async () => {
      if (tries++ === 0) throw new Error('it breaks');
      return 'fine';
    });
    await lead.offer(jobs(1));
    expect([...await collect(lead, 1)]).toEqual([[jobs(1)[0].id, { id: jobs(1)[0].id, result: 'fine' }]]);
    await stop();
    await close();
  });

  it('has one coordinator at a time, and another one after it', async () => {
    const { queue, close, build } = await opened();
    const other = await openQueue(url, { build, claimMs: CLAIM_MS });
    await expect(other.lead()).rejects.toThrow(QueueTaken);
    expect(await queue.builds()).toContain(build);
    await close();
    const second = await other.lead();
    await second.close();
    expect(await other.builds()).not.toContain(build);
    await other.close();
  });

  it('lists its workers, and forgets those that leave', async () => {
    const { queue, lead, close } = await opened();
    const stop = serving(queue, async () => '', 3);
    while ((await lead.workers()).length === 0) await setTimeout(100);
    expect(await lead.workers()).toEqual([{ host: expect.any(String), pid: process.pid, jobs: 3 }]);
    await stop();
    while ((await lead.workers()).length > 0) await setTimeout(100);
    await close();
  });

  it('finishes running jobs when a worker ends, and takes no other', async () => {
    const { queue, lead, close } = await opened();
    let started = 0;
    const stop = serving(queue, async () => {
      started++;
      await setTimeout(500);
      return 'done';
    }, 1);
    await lead.offer(jobs(3));
    while (started === 0) await setTimeout(20);
    await stop();
    expect(started).toBe(1);
    expect(await lead.finished(10, 0)).toHaveLength(1);
    await lead.withdraw();
    const after = serving(queue, async () => { started++; return ''; });
    await setTimeout(500);
    expect(started).toBe(1);
    await after();
    await close();
  });

  it('gives a job longer than its claim to one worker only, as long as the claim is renewed', async () => {
    const { queue, lead, close } = await opened();
    let ran = 0;
    const run = async (): Promise<string> => {
      ran++;
      await setTimeout(3 * CLAIM_MS);
      return 'slow';
    };
    const stops = [serving(queue, run), serving(queue, run)];
    await lead.offer(jobs(1));
    await collect(lead, 1);
    expect(ran).toBe(1);
    for (const stop of stops) await stop();
    await close();
  });
});
