/** Runs litmus tests on worker threads, and counts their results. */
import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { UsageError } from '../../base/fatal.ts';
import { Stopped } from '../../run/errors.ts';
import { LITMUS_WORKER, entryFile } from '../../run/threads/worker.ts';
import { MOST_THREADS, type Program } from '../program.ts';
import { BATCH } from './layout.ts';
import { allowedProcessors } from './processors.ts';
import { makeSharedTest, type Counts, type SharedTest, type ThreadTask } from './run-thread.ts';

export interface Seen {
  /** How often each result was seen, by key. */
  readonly counts: Counts;
  readonly rounds: number;
}

export interface RunLimits {
  /** Rounds after which the test ends; a few more are made. */
  readonly rounds: number;
  /** Milliseconds after which the test ends. */
  readonly ms: number;
  /** Seed of layouts and places in memory. What the threads do is up to the machine. */
  readonly seed: number;
  /** Called between slices, with the rounds so far. */
  readonly onProgress?: (rounds: number) => void;
}

interface Slice {
  readonly seed: number;
  readonly isPinned: boolean;
  readonly meetsOften: boolean;
}

/** Aimed time of a slice, between which a test can end. */
const SLICE_MS = 100;
const MOST_BATCHES = 4000;
/** Batches of the first slice: their loops are still interpreted. */
const FIRST_BATCHES = 2;
/** Rounds a millisecond below which meetings cost too much: other programs use the cores. */
const SLOW = 200;
/** Every so many slices the threads meet often even so. */
const RETRY = 4;

/**
 * Threads for any number of tests. Every other slice runs on threads that are pinned to a processor each, if the
 * system has taskset; otherwise the system chooses the processors.
 */
export class TestThreads {
  readonly #signal: AbortSignal | undefined;
  readonly #free: Piscina<ThreadTask, Counts>;
  #pinned: Piscina<ThreadTask, Counts> | undefined;
  readonly #processors: readonly number[];
  #pins: boolean;

  /** @param signal terminates a running test, which rejects with Stopped */
  constructor(signal?: AbortSignal) {
    this.#signal = signal;
    this.#free = makePool();
    this.#processors = allowedProcessors();
    this.#pins = this.#processors.length > 1;
  }

  /** Whether threads could be pinned so far. */
  get pins(): boolean {
    return this.#pins;
  }

  /** Runs a test until one of the limits. @throws Stopped */
  async run(program: Program, { rounds, ms, seed, onProgress = () => {} }: RunLimits): Promise<Seen> {
    const shared = makeSharedTest(program);
    const counts = new Map<string, number>();
    const start = performance.now();
    const hasCores = program.threads.length <= availableParallelism();
    let made = 0;
    let batches = FIRST_BATCHES;
    let isSlow = false;
    for (let slice = 0; made < rounds && (made === 0 || performance.now() - start < ms); slice++) {
      const before = performance.now();
      const counted = await this.#slice(program, shared, Math.min(batches, Math.ceil((rounds - made) / BATCH)), { seed: seed + slice, isPinned: slice % 2 === 1, meetsOften: hasCores && (!isSlow || slice % RETRY === 0) });
      if (counted === undefined) continue;
      for (const [key, count] of counted.flatMap((each) => [...each])) counts.set(key, (counts.get(key) ?? 0) + count);
      const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
      isSlow = total - made < SLOW * (performance.now() - before);
      made = total;
      batches = Math.max(1, Math.min(MOST_BATCHES, Math.round((batches * SLICE_MS) / Math.max(1, performance.now() - before))));
      onProgress(made);
    }
    return { counts, rounds: made };
  }

  /** Returns the counts of each thread; undefined if the threads can't be pinned. */
  async #slice({ threads, finals }: Program, shared: SharedTest, batches: number, { seed, isPinned, meetsOften }: Slice): Promise<readonly Counts[] | undefined> {
    const pins = isPinned && this.#pins;
    const pool = pins ? (this.#pinned ??= makePool()) : this.#free;
    new Int32Array(shared.meeting).fill(0);
    const tasks = threads.map((_, thread): ThreadTask => ({
      program: { threads, finals }, thread, shared, batches, seed, meetsOften,
      ...(pins && { cpu: this.#processors[(thread + seed) % this.#processors.length] }),
    }));
    // A thread that fails leaves the others waiting: they must end before the memory is used again.
    const ended = await Promise.allSettled(tasks.map((task) => pool.run(task, { signal: this.#signal })));
    if (this.#signal?.aborted) throw new Stopped();
    const failed = ended.find((each) => each.status === 'rejected');
    if (failed === undefined) return ended.map((each) => (each as PromiseFulfilledResult<Counts>).value);
    if (!pins || !isUnpinnable(failed.reason)) throw failed.reason;
    this.#pins = false;
    return undefined;
  }

  async close(): Promise<void> {
    await Promise.all([this.#free.destroy(), this.#pinned?.destroy()]);
  }
}

function makePool(): Piscina<ThreadTask, Counts> {
  const pool = new Piscina<ThreadTask, Counts>({ filename: entryFile(LITMUS_WORKER), minThreads: MOST_THREADS, maxThreads: MOST_THREADS, concurrentTasksPerWorker: 1, idleTimeout: Infinity, trackUnmanagedFds: false });
  // The error that ends a worker also rejects its task, where it is reported.
  pool.on('error', () => {});
  return pool;
}

/** An error of a worker has lost its class. */
function isUnpinnable(reason: unknown): boolean {
  return reason instanceof UsageError || /taskset|processor/.test((reason as Error).message);
}
