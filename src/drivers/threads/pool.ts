/** One worker thread for each M, from a piscina pool of exactly that many. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Piscina } from 'piscina';
import type { Mem } from '../../memory/struct.ts';
import { arrived } from '../../gc/doorbell.ts';
import type { MOutcome, MTask } from './task.ts';
import { workerFile } from './worker.ts';

/** The Ms block on each other, so each needs a thread of its own from the start. */
export function makePool(procs: number): Piscina<MTask, MOutcome> {
  return new Piscina<MTask, MOutcome>({
    filename: workerFile(),
    minThreads: procs,
    maxThreads: procs,
    concurrentTasksPerWorker: 1,
    idleTimeout: Infinity,
    // A stopped machine's results are read from the shared memory; stdout belongs to the CLI.
    trackUnmanagedFds: false,
  });
}

const POLL_MS = 5;
/** A user's module may never be loaded: its thread is then ended all the same. */
const MOST_POLLS = 400;

/**
 * Ends the threads of the machine `m`. A thread that is ended while it loads its modules can take
 * the process with it (Node 20: "Module::IsGraphAsync"), so those that are not up yet are waited for.
 * @param tasks of the pool, by M; each settles when its M is done
 */
export async function endPool(pool: Piscina<MTask, MOutcome>, m: Mem, tasks: readonly Promise<void>[]): Promise<void> {
  let settled = 0;
  for (const task of tasks) task.catch(() => {}).finally(() => settled++);
  for (let i = 0; i < MOST_POLLS && arrived(m) + settled < tasks.length; i++) await sleep(POLL_MS);
  await pool.destroy();
}
