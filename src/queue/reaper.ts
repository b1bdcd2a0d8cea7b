/** Gives the jobs of dead workers back to a queue in a folder. */
import { readdirSync } from 'node:fs';
import { z } from 'zod';
import { MOST_TRIES, type WorkerFacts } from './queue.ts';
import { CLAIM, QueueFiles, missing, parsed } from './queue-files.ts';
import { Watch } from './watch.ts';

/** The facts that a worker writes about itself, with a count that grows while it lives. */
export const WorkerFile = z.object({ host: z.string().max(255), pid: z.number().int().nonnegative(), jobs: z.number().int().positive(), count: z.number().int().nonnegative() });

export class Reaper {
  readonly #files: QueueFiles;
  readonly #watch: Watch;

  constructor(files: QueueFiles, claimMs: number) {
    this.#files = files;
    this.#watch = new Watch(claimMs, () => performance.now());
  }

  /** Ends the claims of dead workers. Returns the workers that are alive. */
  look(): WorkerFacts[] {
    const files = this.#files;
    const claims = files.list('taken').map((name) => CLAIM.exec(name)).filter((claim) => claim !== null);
    const owners = new Set([...files.list('workers'), ...claims.map(([, , owner]) => owner)]);
    const alive: WorkerFacts[] = [];
    const dead = new Set<string>();
    for (const owner of owners) {
      const facts = parsed(WorkerFile, files.read('workers', owner));
      if (!this.#watch.isAlive(owner, facts?.count ?? -1)) dead.add(owner);
      else if (facts !== undefined) alive.push({ host: facts.host, pid: facts.pid, jobs: facts.jobs });
    }
    this.#watch.keep(owners);
    for (const [claim, id, owner] of claims) if (dead.has(owner)) loseClaim(files, id, claim, DIED);
    for (const owner of dead) files.remove('workers', owner);
    return alive;
  }
}

/** The reason for setting a job aside whose claims were not renewed. */
export const DIED = 'its workers died';

/** Ends a claim without a result: the job waits again, or is set aside. */
export function loseClaim(files: QueueFiles, id: string, claim: string, why: string): void {
  if (files.has('done', id)) return files.remove('taken', claim);
  files.makeFolder('tries', id);
  // The file is named by the claim, so that two observers count one loss once.
  files.write('', 'tries', id, claim);
  // 0: the coordinator has acknowledged it in the meantime.
  const tries = missing(() => readdirSync(files.path('tries', id)).length) ?? 0;
  if (tries < MOST_TRIES) {
    files.move(['taken', claim], ['jobs', id]);
    return;
  }
  files.write(`${tries} tries failed: ${why}`, 'poison', id);
  files.remove('taken', claim);
}
