/** Jobs spread over workers, by a queue in a folder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/queue/dispatcher.ts';
import { fileQueue } from '../../src/queue/file-queue.ts';
import { hashOf, messageText } from '../../src/queue/message.ts';
import type { Lead, Queue } from '../../src/queue/queue.ts';
import { serveJobs } from '../../src/queue/serve-jobs.ts';
import { spread, type SpreadOptions } from '../../src/queue/spread.ts';

describe('jobs that are spread', () => {
  let folder: string;
  let queue: Queue;
  let lead: Lead;
  let stop: AbortController;
  let served: Promise<void>;
  const ran: number[] = [];
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sweepgen-spread-'));
    queue = fileQueue(folder, 'b', { claimMs: 3000 });
    lead = await queue.lead();
    stop = new AbortController();
    ran.length = 0;
    served = serveJobs({
      queue, build: 'b', jobs: 2, signal: stop.signal,
      kinds: [{
        kind: 'double',
        async run(text) {
          const { n } = JSON.parse(text) as { n: number };
          ran.push(n);
          if (n === 13) throw new Error('it breaks');
          return { result: String(2 * n), told: '' };
        },
      }],
    });
  });
  afterEach(async () => {
    stop.abort();
    await served;
    await lead.close();
    rmSync(folder, { recursive: true });
  });

  /** Spreads jobs with the numbers from 0 on. */
  async function spreadNumbers(changes: Partial<SpreadOptions<number>>, most = 20): Promise<ReadonlyMap<number, Outcome>> {
    const outcomes = new Map<number, Outcome>();
    let next = 0;
    await spread<number>({
      lead, signal: new AbortController().signal, graceMs: 10_000, now: () => performance.now(), isOver: () => false,
      next: () => (next === most ? undefined : { id: hashOf([next]), text: messageText({ kind: 'double', build: 'b', n: next }), matter: next++ }),
      take: (n, outcome) => outcomes.set(n, outcome),
      ...changes,
    });
    return outcomes;
  }

  it('end with their results, or with the reason if they fail every time', async () => {
    const outcomes = await spreadNumbers({});
    expect([...outcomes.keys()].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    for (const [n, outcome] of outcomes) expect(outcome).toMatchObject(n === 13 ? { poison: expect.stringContaining('it breaks') } : { result: String(2 * n) });
  });

  it('are offered a few at a time, and taken back when the work is over', async () => {
    let taken = 0;
    const outcomes = await spreadNumbers({ isOver: () => taken > 0, take: () => taken++ }, Infinity);
    expect(outcomes.size).toBe(0);
    expect(ran.length).toBeLessThan(20);
    // Nothing waits any more.
    const before = ran.length;
    expect(await lead.finished(100, 500)).toEqual([]);
    expect(ran.length).toBe(before);
  });

  it('end at once with the signal', async () => {
    const interrupted = new AbortController();
    interrupted.abort();
    expect((await spreadNumbers({ signal: interrupted.signal })).size).toBe(0);
  });
});
