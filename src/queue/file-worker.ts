/** The worker's side of a queue in a folder. */
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { Job, ServeOptions } from './queue.ts';
import { ID, QueueFiles } from './queue-files.ts';
import { Reaper, WorkerFile, loseClaim } from './reaper.ts';

/** Milliseconds between two looks for jobs. */
const POLL_MS = 100;
/** The longest time between two looks, after many that found no job. */
const MOST_POLL_MS = 2000;

export async function serveFolder(files: QueueFiles, { jobs, run, signal, onTrouble }: ServeOptions, claimMs: number, beatMs: number): Promise<void> {
  const me = randomUUID();
  let count = 0;
  const beat = () => files.write(JSON.stringify({ host: hostname(), pid: process.pid, jobs, count: count++ } satisfies z.infer<typeof WorkerFile>), 'workers', me);
  const reaper = new Reaper(files, claimMs);
  let isTroubled = false;
  /** Does work on the files. Reports when they can't be reached, and when they can be again. */
  function reaching(work: () => void): void {
    try {
      work();
      if (isTroubled) onTrouble?.(undefined);
      isTroubled = false;
    } catch (error) {
      if (!isTroubled) onTrouble?.((error as Error).message);
      isTroubled = true;
    }
  }
  beat();
  const timer = setInterval(() => reaching(() => {
    beat();
    reaper.look();
  }), beatMs);
  timer.unref();

  let claims = 0;
  function take(): (Job & { readonly claim: string }) | undefined {
    for (const id of shuffled(files.list('jobs').filter((name) => ID.test(name)))) {
      const claim = `${id}@${me}.${claims++}`;
      if (!files.move(['jobs', id], ['taken', claim])) continue;
      const text = files.read('taken', claim);
      if (text !== undefined) return { id, text, claim };
    }
    return undefined;
  }

  async function work({ id, text, claim }: Job & { readonly claim: string }): Promise<void> {
    try {
      const result = await run({ id, text });
      await retrying(() => {
        files.write(result, 'done', id);
        files.remove('taken', claim);
      });
    } catch (error) {
      reaching(() => loseClaim(files, id, claim, (error as Error).message));
    }
  }

  /** Repeats `work` until the files can be reached. */
  async function retrying(work: () => void): Promise<void> {
    for (;;) {
      reaching(work);
      if (!isTroubled) return;
      await setTimeout(beatMs);
    }
  }

  async function loop(): Promise<void> {
    let wait = POLL_MS;
    while (!signal.aborted) {
      let job: ReturnType<typeof take>;
      reaching(() => { job = take(); });
      if (job === undefined) {
        await setTimeout(wait, undefined, { signal }).catch(() => {});
        wait = Math.min(MOST_POLL_MS, wait * 1.5);
      } else {
        wait = POLL_MS;
        await work(job);
      }
    }
  }

  try {
    await Promise.all(Array.from({ length: jobs }, loop));
  } finally {
    clearInterval(timer);
    reaching(() => files.remove('workers', me));
  }
}

/** Returns the names in a random order, so that workers rarely race for the same job. */
function shuffled(names: string[]): string[] {
  for (let i = names.length - 1; i > 0; i--) {
    const k = Math.floor(Math.random() * (i + 1));
    [names[i], names[k]] = [names[k], names[i]];
  }
  return names;
}
