/**
 * Vector clocks whose time is the number of an access, counted through all executions. Access
 * n of thread u is ordered before what thread t does now iff n <= knows[t][u]. Numbers only
 * grow, and each execution begins with every thread knowing all that was before it; so nothing
 * has to be cleared between executions.
 *
 * An epoch is one access, its number and its thread in one integer. The idea is FastTrack's
 * (Flanagan and Freund, PLDI 2009), where a clock ticks at releases instead.
 */

/** Bits of an epoch that name the thread. */
const THREAD_BITS = 4;
export const MOST_THREADS = 1 << THREAD_BITS;
const THREAD_MASK = MOST_THREADS - 1;
/** Numbers of later executions would outgrow an epoch: begin again with 1. */
export const LAST_NUMBER = 1 << (30 - THREAD_BITS);
const ALWAYS = 0x7fff_ffff;

export function epochOf(number: number, thread: number): number {
  return (number << THREAD_BITS) | thread;
}

export function numberOf(epoch: number): number {
  return epoch >> THREAD_BITS;
}

export function threadOf(epoch: number): number {
  return epoch & THREAD_MASK;
}

/** What each thread knows of the others. */
export class Clocks {
  #threads = 0;
  /** A row for each thread, a column for each that it knows of. */
  readonly #knows = new Int32Array(MOST_THREADS * MOST_THREADS);

  /**
   * Threads 0 to `threads` - 1 start, and know of all accesses before `number`.
   * @throws Error when there are more than MOST_THREADS
   */
  begin(threads: number, number: number): void {
    if (threads > MOST_THREADS) throw new Error(`the race detector follows ${MOST_THREADS} threads, not ${threads}`);
    this.#threads = threads;
    this.#knows.fill(number - 1);
    for (let thread = 0; thread < threads; thread++) this.#knows[(thread << THREAD_BITS) + thread] = ALWAYS;
  }

  /** Is the access `epoch` ordered before what `thread` does now? */
  isBefore(epoch: number, thread: number): boolean {
    return epoch >> THREAD_BITS <= this.#knows[(thread << THREAD_BITS) + (epoch & THREAD_MASK)];
  }

  /** Of the accesses whose numbers, one of each thread, are at `vectors[at]`: the epoch of one not before what `thread` does now, or 0. */
  unordered(vectors: Int32Array, at: number, thread: number): number {
    const row = thread << THREAD_BITS;
    for (let other = 0; other < this.#threads; other++) {
      if (vectors[at + other] > this.#knows[row + other]) return epochOf(vectors[at + other], other);
    }
    return 0;
  }

  /** `thread` releases with access `number`: what it knows is put at `vectors[at]`. */
  release(thread: number, number: number, vectors: Int32Array, at: number): void {
    const row = thread << THREAD_BITS;
    for (let other = 0; other < this.#threads; other++) vectors[at + other] = this.#knows[row + other];
    vectors[at + thread] = number;
  }

  /** What was released at `vectors[at]` is no longer there to be acquired. */
  forget(vectors: Int32Array, at: number): void {
    for (let other = 0; other < this.#threads; other++) vectors[at + other] = 0;
  }

  /** `thread` learns what is at `vectors[at]`. */
  acquire(thread: number, vectors: Int32Array, at: number): void {
    const row = thread << THREAD_BITS;
    for (let other = 0; other < this.#threads; other++) {
      if (vectors[at + other] > this.#knows[row + other]) this.#knows[row + other] = vectors[at + other];
    }
  }

  /** `thread` learns all that `from` knows, and of its accesses those before `number`. */
  join(thread: number, from: number, number: number): void {
    this.acquire(thread, this.#knows, from << THREAD_BITS);
    this.#knows[(thread << THREAD_BITS) + from] = number - 1;
  }
}
