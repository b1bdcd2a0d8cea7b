/**
 * Hyper-threads: threads that share a core's computing, window and store buffer.
 *
 * 1. A thread's computing takes the core for itself. It takes as much longer as other threads of the core compute: by the share
 *    of their recent time in which they did, or tried to.
 * 2. A stalled thread leaves the core to the others. That is what a core gains by hyper-threads.
 * 3. A window and a store buffer are split evenly among the threads that work.
 * 4. A thread that sleeps or pauses is at rest: it takes no part.
 *
 * Source: static partitioning as in Intel's Optimization Reference Manual (Sandy Bridge). That computing is exclusive is a
 * simplification: two threads can share the ports of one cycle.
 */
import type { Placement } from './placement.ts';

/** The recent time by which a thread's computing is judged, ns. */
const RECENT_NS = 200;

export class HyperThreads {
  readonly #coreOf: Uint8Array;
  /** By core: its threads. */
  readonly #threads: number[][];
  /** By thread: the share of recent time in which it computed. */
  readonly #busy: Float64Array;
  /** By thread: the end of its last computation. */
  readonly #ended: Float64Array;
  /** By thread: 1 while it works. */
  readonly #works: Uint8Array;
  /** By core: how many of its threads work. */
  readonly #working: Uint8Array;

  constructor({ threads, cores, coreOf }: Placement) {
    this.#coreOf = coreOf;
    this.#threads = Array.from({ length: cores }, () => []);
    for (let thread = 0; thread < threads; thread++) this.#threads[coreOf[thread]].push(thread);
    this.#busy = new Float64Array(threads);
    this.#ended = new Float64Array(threads);
    this.#works = new Uint8Array(threads);
    this.#working = new Uint8Array(cores);
  }

  /** Notes that `thread` works. Returns how many threads of its core do. */
  work(thread: number): number {
    const core = this.#coreOf[thread];
    if (this.#works[thread] === 0) {
      this.#works[thread] = 1;
      this.#working[core]++;
    }
    return this.#working[core];
  }

  /** Notes that `thread` sleeps, pauses or has ended. */
  rest(thread: number): void {
    this.#busy[thread] = 0;
    if (this.#works[thread] === 1) this.#working[this.#coreOf[thread]]--;
    this.#works[thread] = 0;
  }

  /** Returns the ns that a computation of `ns` takes `thread`, which begins it at `now`. */
  compute(thread: number, ns: number, now: number): number {
    let others = 0;
    for (const each of this.#threads[this.#coreOf[thread]]) if (each !== thread) others += this.#busy[each];
    const taken = ns * (1 + others);
    const elapsed = now + taken - this.#ended[thread];
    this.#ended[thread] += elapsed;
    if (elapsed > 0) this.#busy[thread] += Math.min(1, elapsed / RECENT_NS) * (taken / elapsed - this.#busy[thread]);
    return taken;
  }
}
