/** Runs slices on worker threads. */
import { Piscina } from 'piscina';
import { EXPLORE_WORKER, entryFile } from '../../run/threads/worker.ts';
import type { WorkerAnswer } from './outcome.ts';
import { emptySlice, type Slice, type SliceResult, type Station } from './slice.ts';
import type { Kill, KillTask } from './mutants.ts';
import { WorkerLost } from './worker-lost.ts';

export interface ExplorePool {
  /** Number of slices that can run at the same time. */
  readonly jobs: number;
  /** @throws WorkerLost */
  runSlice(slice: Slice): Promise<SliceResult>;
  /** Builds the core of `station` wherever slices may run, so that no slice's time is spent on it. @throws WorkerLost */
  prepare(station: Station): Promise<void>;
  /** @throws WorkerLost */
  killMutant(task: KillTask): Promise<Kill>;
  close(): Promise<void>;
}

/** Time beyond that of a slice, for its last execution, for building a core, and for describing a failure. */
const GRACE_SECONDS = 60;
/** Longest timeout of a timer. */
const LONGEST_TIMER = 2 ** 31 / 1000;

export interface ThreadPoolOptions {
  /** The module that the threads run. */
  readonly worker?: string;
  /** When aborted, slices end early, with their results so far. */
  readonly signal?: AbortSignal;
}

/** Makes a pool of worker threads, each with a core of its own. */
export function threadPool(jobs: number, { worker = entryFile(EXPLORE_WORKER), signal: interrupted }: ThreadPoolOptions = {}): ExplorePool {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  function stopSlices(): void {
    Atomics.store(stop, 0, 1);
  }
  if (interrupted?.aborted) stopSlices();
  interrupted?.addEventListener('abort', stopSlices);
  const pool = new Piscina({
    filename: worker,
    workerData: stop,
    minThreads: 1,
    maxThreads: jobs,
    concurrentTasksPerWorker: 1,
    idleTimeout: Infinity,
    trackUnmanagedFds: false,
  });
  // The error that ends a worker also rejects its task, where it is reported.
  pool.on('error', () => {});

  async function run<Value>(name: string, task: unknown, seconds: number): Promise<Value> {
    const limit = Math.ceil(seconds + GRACE_SECONDS);
    const signal = limit < LONGEST_TIMER ? AbortSignal.timeout(limit * 1000) : undefined;
    const outcome: WorkerAnswer<Value> = await pool.run(task, { name, signal }).catch((error: Error) => {
      throw new WorkerLost(signal?.aborted ? `a worker did not come back within ${limit} s` : `a worker died: ${error.message}`);
    });
    if (outcome.ok) return outcome.value;
    throw Object.assign(new Error(outcome.message), { stack: outcome.stack, ...(outcome.exitCode !== undefined && { exitCode: outcome.exitCode }) });
  }

  return {
    jobs,
    runSlice: (slice) => run('runSlice', slice, slice.seconds),
    // Building takes a second, during which a worker takes no other task.
    async prepare(station) {
      await Promise.all(Array.from({ length: jobs }, () => run('runSlice', emptySlice(station), 0)));
    },
    killMutant: (task) => run('killMutant', task, task.seconds * task.seeds.length),
    close() {
      interrupted?.removeEventListener('abort', stopSlices);
      return pool.destroy();
    },
  };
}
