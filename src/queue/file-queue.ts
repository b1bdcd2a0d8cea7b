/**
 * A queue in a folder that machines share: it needs a network drive, and no server.
 *
 * Each build has a folder of its own in it, with
 *
 *     jobs/ID            a waiting job
 *     taken/ID@WORKER.N  a job that a worker has claimed, with its Nth claim
 *     done/ID            a result
 *     poison/ID          the reason why a job was set aside
 *     tries/ID/…         a file for each claim that was lost
 *     workers/WORKER     a worker's facts, with a count that grows while it lives
 *     lead               the coordinator's name, with such a count
 *
 * 1. A worker claims a job by renaming jobs/ID to taken/ID@WORKER.N: only one rename of a file succeeds.
 * 2. Six times in CLAIM_MS, each worker and the coordinator increment their count. A worker's count renews all its claims.
 * 3. The worker writes done/ID, then removes its claim.
 * 4. Coordinator and workers watch the counts of others. If one has not grown for CLAIM_MS by the observer's own clock,
 *    the observer renames that worker's claims back to jobs/ID. No clocks of two hosts are compared.
 *
 * A file is written under a temporary name and renamed, so that no reader sees a part of it.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LeadFile, leadFolder } from './file-lead.ts';
import { serveFolder } from './file-worker.ts';
import { CLAIM_MS, type Queue } from './queue.ts';
import { QueueFiles, parsed, readPlain } from './queue-files.ts';
import { growing } from './watch.ts';

export interface FileQueueOptions {
  /** Milliseconds; shorter in tests. */
  readonly claimMs?: number;
}

/** Opens the queue of `build` in `folder`, which is made if it is missing. @throws QueueError if it can't be used */
export function fileQueue(folder: string, build: string, { claimMs = CLAIM_MS }: FileQueueOptions = {}): Queue {
  const files = new QueueFiles(join(folder, build));
  const beatMs = claimMs / 6;
  return {
    lead: ({ onWait } = {}) => leadFolder(files, claimMs, beatMs, onWait),
    serve: (options) => serveFolder(files, options, claimMs, beatMs),
    builds: () => growing(() => leadCounts(folder), 1.5 * beatMs),
    close: async () => {},
  };
}

/** Returns the counts of the coordinators in `folder`, by build. */
async function leadCounts(folder: string): Promise<ReadonlyMap<string, number>> {
  return new Map(readdirSync(folder).flatMap((name) => {
    const file = join(folder, name, 'lead');
    const facts = existsSync(file) ? parsed(LeadFile, readPlain(file)) : undefined;
    return facts === undefined ? [] : [[name, facts.count] as const];
  }));
}
