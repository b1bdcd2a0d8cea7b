/** One worker thread for each M, from a piscina pool of exactly that many. */
import { Piscina } from 'piscina';
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
