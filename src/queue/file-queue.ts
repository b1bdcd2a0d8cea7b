/**
 * A queue in a folder that machines share, for those who have a network drive and no server.
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
 * 2. Six times in CLAIM_MS a worker and the coordinator write their count anew. The count of a worker covers all its claims.
 * 3. The worker writes done/ID, then removes its claim.
 * 4. Coordinator and workers watch the counts of others. If one has not grown for CLAIM_MS by the observer's own clock,
 *    the observer renames that worker's claims back to jobs/ID. No clocks of two hosts are compared.
 *
 * A file is written under a temporary name and renamed, so that no reader sees a part of it.
 */
import { closeSync, constants, existsSync, fstatSync, lstatSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { QueueError, QueueTaken } from './errors.ts';
import { CLAIM_MS, MOST_TRIES, type Finished, type Job, type Lead, type LeadOptions, type Queue, type ServeOptions, type WorkerFacts } from './queue.ts';
import { Watch } from './watch.ts';

const FOLDERS = ['jobs', 'taken', 'done', 'poison', 'tries', 'workers', 'temporary'] as const;
type Folder = (typeof FOLDERS)[number];

/** Parts of a name in the folder that a file may have: nothing read from the queue becomes another path. */
const ID = /^[0-9a-f]{8,64}$/;
/** A claim names its worker, and counts the claims of that worker. */
const CLAIM = /^([0-9a-f]{8,64})@([0-9a-f-]{36})\.[0-9]{1,9}$/;

/** Bytes of a file in the queue. */
const MOST_BYTES = 1 << 26;

const WorkerFile = z.object({ host: z.string().max(255), pid: z.number().int().nonnegative(), jobs: z.number().int().positive(), count: z.number().int().nonnegative() });
const LeadFile = z.object({ name: z.string().max(64), host: z.string().max(255), pid: z.number().int().nonnegative(), count: z.number().int().nonnegative() });

export interface FileQueueOptions {
  /** Milliseconds; shorter in tests. */
  readonly claimMs?: number;
}

/** Opens the queue of `build` in `folder`, which is made if it is missing. @throws QueueError if it can't be used */
export function fileQueue(folder: string, build: string, { claimMs = CLAIM_MS }: FileQueueOptions = {}): Queue {
  const files = new QueueFiles(join(folder, build));
  const beatMs = claimMs / 6;
  return {
    lead: ({ onWait } = {}) => lead(files, claimMs, beatMs, onWait),
    serve: (options) => serve(files, options, claimMs, beatMs),
    builds: async () => readdirSync(folder).filter((name) => existsSync(join(folder, name, 'lead'))),
    close: async () => {},
  };
}

/** The files of a queue. */
class QueueFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#trying(() => {
      for (const name of FOLDERS) {
        mkdirSync(join(folder, name), { recursive: true });
        if (!lstatSync(join(folder, name)).isDirectory()) throw new Error(`${name} in it is no folder`);
      }
    });
  }

  path(...names: readonly string[]): string {
    return join(this.#folder, ...names);
  }

  /** Returns the names in a folder, in no order. */
  list(folder: Folder): string[] {
    return this.#trying(() => readdirSync(this.path(folder)));
  }

  has(folder: Folder, name: string): boolean {
    return existsSync(this.path(folder, name));
  }

  /** Returns the content of a file; undefined if it is gone, and '' for what no queue writes: a link, a pipe, or a file that is too large. */
  read(...names: readonly string[]): string | undefined {
    return this.#trying(() => missing(() => readPlain(this.path(...names))));
  }

  /** Writes a file whole. */
  write(content: string, ...names: readonly string[]): void {
    this.#trying(() => {
      const temporary = this.path('temporary', randomUUID());
      try {
        writeFileSync(temporary, content, { flush: true });
        renameSync(temporary, this.path(...names));
      } catch (error) {
        rmSync(temporary, { force: true });
        throw error;
      }
    });
  }

  /** Renames a file. Returns false if it is gone. */
  move(from: readonly [Folder, string], to: readonly [Folder, string]): boolean {
    return this.#trying(() => missing(() => (renameSync(this.path(...from), this.path(...to)), true))) ?? false;
  }

  makeFolder(...names: readonly string[]): void {
    this.#trying(() => mkdirSync(this.path(...names), { recursive: true }));
  }

  remove(...names: readonly string[]): void {
    this.#trying(() => rmSync(this.path(...names), { force: true, recursive: true }));
  }

  #trying<Value>(work: () => Value): Value {
    try {
      return work();
    } catch (error) {
      throw new QueueError(`the queue in ${this.#folder} can't be used: ${(error as Error).message}`);
    }
  }
}

/** Reads a file of the queue. Others can write to the folder: what is no plain file of a fit size is taken for empty. */
function readPlain(path: string): string {
  if (!lstatSync(path).isFile()) return '';
  // In the meantime it may have become another file.
  const file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    const facts = fstatSync(file);
    return facts.isFile() && facts.size <= MOST_BYTES ? readFileSync(file, 'utf8') : '';
  } finally {
    closeSync(file);
  }
}

/** Returns undefined where a file is missing. */
function missing<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parsed<Value>(schema: z.ZodType<Value>, text: string | undefined): Value | undefined {
  try {
    return text === undefined ? undefined : schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Gives the jobs of dead workers back to the queue. */
class Reaper {
  readonly #files: QueueFiles;
  readonly #watch: Watch;

  constructor(files: QueueFiles, claimMs: number) {
    this.#files = files;
    this.#watch = new Watch(claimMs, () => performance.now());
  }

  /** Looks at all claims. Returns the workers that are alive. */
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

/** Why a job was set aside whose claims were not renewed. */
const DIED = 'its workers died';

/** Ends a claim without a result: the job waits again, or is set aside. */
function loseClaim(files: QueueFiles, id: string, claim: string, why: string): void {
  if (files.has('done', id)) return files.remove('taken', claim);
  files.makeFolder('tries', id);
  // Named by the claim, so that two observers of one loss count it once.
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

async function lead(files: QueueFiles, claimMs: number, beatMs: number, onWait: LeadOptions['onWait']): Promise<Lead> {
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
      // The folder can't be reached. The coordinator hears of it when it offers or collects.
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
        // The job first: a result without a job is only a result that comes again.
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

/** Milliseconds between two looks for jobs or results. */
const POLL_MS = 100;
/** Looks for jobs are rarer while there are none, up to this. */
const MOST_POLL_MS = 2000;

async function serve(files: QueueFiles, { jobs, run, signal, onTrouble }: ServeOptions, claimMs: number, beatMs: number): Promise<void> {
  const me = randomUUID();
  let count = 0;
  const beat = () => files.write(JSON.stringify({ host: hostname(), pid: process.pid, jobs, count: count++ } satisfies z.infer<typeof WorkerFile>), 'workers', me);
  const reaper = new Reaper(files, claimMs);
  let isTroubled = false;
  /** Does work on the files, and reports when they can't be reached and when they can again. */
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
