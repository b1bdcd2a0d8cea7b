/** The coordinator's side of a queue in a folder. */
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { QueueTaken } from './errors.ts';
import type { Finished, Job, Lead, LeadOptions } from './queue.ts';
import { CLAIM, ID, QueueFiles, parsed } from './queue-files.ts';
import { DIED, Reaper } from './reaper.ts';
import { Watch } from './watch.ts';

/** The facts that a coordinator writes about itself, with a count that grows while it lives. */
export const LeadFile = z.object({ name: z.string().max(64), host: z.string().max(255), pid: z.number().int().nonnegative(), count: z.number().int().nonnegative() });
/** Milliseconds between two looks for results. */
const POLL_MS = 100;

export async function leadFolder(files: QueueFiles, claimMs: number, beatMs: number, onWait: LeadOptions['onWait']): Promise<Lead> {
  const me = { name: randomUUID(), host: hostname(), pid: process.pid };
  await takeLead(files, claimMs, beatMs, onWait);
  let count = 0;
  const beat = () => files.write(JSON.stringify({ ...me, count: count++ }), 'lead');
  beat();
  const reaper = new Reaper(files, claimMs);
  let workers = reaper.look();
  let reject!: (error: unknown) => void;
  const lost = new Promise<never>((_, rejectLost) => { reject = rejectLost; });
  lost.catch(() => {});
  const timer = setInterval(() => {
    try {
      const now = parsed(LeadFile, files.read('lead'));
      if (now !== undefined && now.name !== me.name) {
        clearInterval(timer);
        reject(new QueueTaken(now.host, now.pid));
        return;
      }
      beat();
      workers = reaper.look();
    } catch {
      // The folder can't be reached. The coordinator notices when it offers or collects.
    }
  }, beatMs);

  async function offer(jobs: readonly Job[]): Promise<void> {
    const taken = new Set(files.list('taken').map((name) => CLAIM.exec(name)?.[1]));
    for (const { id, text } of jobs) {
      if (!taken.has(id) && !files.has('done', id) && !files.has('poison', id) && !files.has('jobs', id)) files.write(text, 'jobs', id);
    }
  }

  function over(most: number): Finished[] {
    const done = files.list('done').filter((id) => ID.test(id)).slice(0, most).flatMap((id): Finished[] => {
      const result = files.read('done', id);
      return result === undefined ? [] : [{ id, result }];
    });
    const poisoned = files.list('poison').filter((id) => ID.test(id)).slice(0, most - done.length).map((id): Finished => {
      const poison = files.read('poison', id) ?? '';
      return { id, poison, died: poison.endsWith(DIED) };
    });
    return [...done, ...poisoned];
  }

  return {
    offer,
    async finished(most, ms) {
      const end = performance.now() + ms;
      for (;;) {
        const found = over(most);
        if (found.length > 0 || performance.now() >= end) return found;
        await setTimeout(Math.min(POLL_MS, Math.max(1, end - performance.now())));
      }
    },
    async acknowledge(ids) {
      for (const id of ids) {
        // The job first: if this process dies here, the result merely arrives again.
        files.remove('jobs', id);
        files.remove('tries', id);
        files.remove('poison', id);
        files.remove('done', id);
      }
    },
    async withdraw() {
      for (const id of files.list('jobs')) if (ID.test(id)) files.remove('jobs', id);
    },
    workers: async () => workers,
    lost,
    async close() {
      clearInterval(timer);
      if (parsed(LeadFile, files.read('lead'))?.name === me.name) files.remove('lead');
    },
  };
}

/** Waits until the lead is free. @throws QueueTaken if its holder lives */
async function takeLead(files: QueueFiles, claimMs: number, beatMs: number, onWait: LeadOptions['onWait']): Promise<void> {
  const watch = new Watch(claimMs, () => performance.now());
  const first = parsed(LeadFile, files.read('lead'));
  if (first === undefined) return;
  onWait?.(first, Math.ceil(claimMs / 1000));
  for (;;) {
    const now = parsed(LeadFile, files.read('lead'));
    if (now === undefined) return;
    if (now.name !== first.name || now.count !== first.count) throw new QueueTaken(now.host, now.pid);
    if (!watch.isAlive(now.name, now.count)) return;
    await setTimeout(beatMs);
  }
}
