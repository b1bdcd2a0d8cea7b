/**
 * One thread of a litmus test on real memory.
 *
 * 1. All threads meet. Each runs its part of a stretch of instances, and they meet again, until the batch is done.
 * 2. One thread, a different one in each batch, counts the results, clears the memory, and draws the places of the instances of
 *    the next batch.
 */
import { seedState } from '../../base/random.ts';
import { pinThread } from '../../model/calibrate/pin-thread.ts';
import type { Value } from '../bytes.ts';
import { LOCATION_BYTES, keyOf, reads, type Final, type Program } from '../program.ts';
import { BATCH, BATCH_BYTES, Draws, drawLayout, drawPlaces, type Layout } from './layout.ts';
import { compileThread, viewsOf, type RunInstances, type Views } from './emit.ts';

export interface ThreadTask {
  readonly program: Program;
  readonly thread: number;
  readonly shared: SharedTest;
  readonly batches: number;
  /** Seed of layouts and places; the same in all threads. */
  readonly seed: number;
  /** Each thread has a core, so they can afford to meet after every few instances, and to poll meanwhile. */
  readonly meetsOften: boolean;
  /** The processor that the thread may use from now on; undefined: as before. */
  readonly cpu?: number;
}

/** Counts of results, by key. */
export type Counts = ReadonlyMap<string, number>;

/** Memory of all threads of a test. */
export interface SharedTest {
  readonly memory: SharedArrayBuffer;
  readonly place: SharedArrayBuffer;
  /** By thread, the values of its reads. */
  readonly outs: readonly SharedArrayBuffer[];
  /** A counter of arrivals. */
  readonly meeting: SharedArrayBuffer;
}

/** Polls before a waiting thread gives way to others, with a core for each thread and without. */
const POLLS = 20_000;
const FEW_POLLS = 100;
/** Longest sleep of a waiting thread. */
const NAP_MS = 0.05;
/** A thread that waits so long waits for one that has died. */
const MOST_NAPS = 600_000;

export function makeSharedTest({ threads }: Program): SharedTest {
  return {
    memory: new SharedArrayBuffer(BATCH_BYTES),
    place: new SharedArrayBuffer(4 * BATCH),
    outs: threads.map((list) => new SharedArrayBuffer(8 * BATCH * Math.max(1, list.filter(reads).length))),
    meeting: new SharedArrayBuffer(64),
  };
}

/** Runs one thread of all batches. Returns the counts of those batches that this thread has counted. */
export function runThread(task: ThreadTask): Counts {
  // All meet even if one can't be pinned: a thread that does not come keeps the others waiting.
  const unpinned = task.cpu === undefined ? undefined : pinning(task.cpu);
  const counts = new TestThread(task).run();
  if (unpinned !== undefined) throw unpinned;
  return counts;
}

/** Pins the calling thread. Returns the error if it can't be. */
function pinning(cpu: number): unknown {
  try {
    pinThread(cpu);
    return undefined;
  } catch (error) {
    return error;
  }
}

class TestThread {
  readonly #task: ThreadTask;
  readonly #draws: Draws;
  readonly #views: Views;
  readonly #place: Int32Array;
  readonly #outs: readonly Float64Array[];
  readonly #meeting: Int32Array;
  readonly #run: RunInstances;
  readonly #counts = new Map<string, number>();
  /** Keys of results whose values are all small, by the number that they make. */
  readonly #keys = new Map<number, string>();
  /** Meetings so far. */
  #met: number;
  /** The sum of what was read to warm a cache. A public field, so that no compiler may leave out the loads. */
  warmth = 0;

  constructor(task: ThreadTask) {
    const { program, thread, shared, seed } = task;
    this.#task = task;
    this.#draws = new Draws(seedState(seed));
    this.#views = viewsOf(shared.memory);
    this.#place = new Int32Array(shared.place);
    this.#outs = shared.outs.map((out) => new Float64Array(out));
    this.#meeting = new Int32Array(shared.meeting);
    this.#met = 0;
    this.#run = compileThread(program, thread, this.#views);
  }

  run(): Counts {
    const { thread, batches, program, meetsOften } = this.#task;
    if (thread === 0) this.#prepare(0);
    for (let batch = 0; batch < batches; batch++) {
      const layout = drawLayout(this.#draws, program.threads.length, meetsOften);
      this.#meet();
      if (layout.warms) this.#warm(layout);
      for (let from = 0; from < BATCH; from += layout.stretch) {
        this.#meet();
        this.#delay(layout.delays[thread]);
        this.#run(this.#place, this.#outs[thread], layout.offsets, from, from + layout.stretch);
      }
      this.#meet();
      if (batch % program.threads.length !== thread) continue;
      this.#count(layout);
      this.#prepare(batch + 1);
    }
    return this.#counts;
  }

  #prepare(batch: number): void {
    this.#views.v4.fill(0);
    drawPlaces(new Draws(seedState(this.#task.seed + batch)), this.#place);
  }

  #warm({ offsets }: Layout): void {
    for (let i = 0; i < BATCH; i++) for (let each = 0; each < offsets.length; each++) this.warmth += this.#views.v4[(this.#place[i] + offsets[each]) >> 2];
  }

  #delay(iterations: number): void {
    for (let i = 0; i < iterations; i++) this.warmth ^= i;
  }

  /** Waits until all threads are here. @throws Error if one has died */
  #meet(): void {
    const all = this.#task.program.threads.length * ++this.#met;
    const polls = this.#task.meetsOften ? POLLS : FEW_POLLS;
    let seen = Atomics.add(this.#meeting, 0, 1) + 1;
    for (let i = 0; seen < all; i++) {
      if (i > polls) Atomics.wait(this.#meeting, 0, seen, NAP_MS);
      if (i > polls + MOST_NAPS) throw new Error('a thread of the litmus test does not come back');
      seen = Atomics.load(this.#meeting, 0);
    }
  }

  #count({ offsets }: Layout): void {
    const { program } = this.#task;
    const parts = program.threads.map((list) => list.filter(reads).length);
    const result: Value[] = [];
    for (let i = 0; i < BATCH; i++) {
      result.length = 0;
      for (let thread = 0; thread < parts.length; thread++) for (let r = 0; r < parts[thread]; r++) result.push(this.#outs[thread][i * parts[thread] + r]);
      for (const each of program.finals) result.push(this.#final(each, this.#place[i], offsets));
      const key = this.#keyOf(result);
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    }
  }

  /** Returns keyOf(result), which is slow, once for each result of a few small values. */
  #keyOf(result: readonly Value[]): string {
    let packed = 0;
    for (const value of result) packed = typeof value === 'number' && value < 16 ? packed * 16 + value : Infinity;
    if (packed > Number.MAX_SAFE_INTEGER) return keyOf(result);
    let key = this.#keys.get(packed);
    if (key === undefined) this.#keys.set(packed, (key = keyOf(result)));
    return key;
  }

  #final({ at, bytes }: Final, place: number, offsets: Int32Array): number {
    const byte = place + offsets[Math.floor(at / LOCATION_BYTES)] + (at % LOCATION_BYTES);
    if (bytes === 8) return Number(this.#views.v8[byte >> 3]);
    return bytes === 4 ? this.#views.v4[byte >> 2] : bytes === 2 ? this.#views.v2[byte >> 1] : this.#views.v1[byte];
  }
}
