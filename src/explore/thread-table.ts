/**
 * The state of each thread of an execution: runnable, waiting on a word, or done.
 *
 * Invariants, after `list`: `runnable` and `sleeping` hold the runnable threads and the threads that wait
 * with a deadline, each ascending. A thread that waits without a deadline is in neither.
 */
import type { WaitResult } from '../rewrite/generated.ts';

export const RUNNABLE = 0;
export const WAITING = 1;
export const DONE = 2;

export class ThreadTable {
  readonly threads: number;
  readonly runnable: Int32Array;
  runnableCount = 0;
  readonly sleeping: Int32Array;
  sleepingCount = 0;
  readonly deadline: Float64Array;
  readonly pendingSite: Int32Array;
  readonly pendingIndex: Int32Array;
  readonly pendingWords: Int32Array;
  readonly ran: Int32Array;
  /** RUNNABLE, WAITING or DONE. */
  protected readonly status: Uint8Array;
  /** The word that a waiting thread waits on. */
  protected readonly waitsOn: Int32Array;
  /** What the last wait of each thread returned. Read only by the `yield` of a wait. */
  protected readonly messages: (WaitResult | undefined)[];
  /** Order in which the threads began to wait. */
  readonly #arrival: Float64Array;
  #arrivals = 0;

  constructor(threads: number) {
    this.threads = threads;
    this.runnable = new Int32Array(threads);
    this.sleeping = new Int32Array(threads);
    this.deadline = new Float64Array(threads);
    this.pendingSite = new Int32Array(threads);
    this.pendingIndex = new Int32Array(threads);
    this.pendingWords = new Int32Array(threads).fill(1);
    this.ran = new Int32Array(threads);
    this.status = new Uint8Array(threads);
    this.waitsOn = new Int32Array(threads);
    this.messages = Array.from({ length: threads }, () => undefined);
    this.#arrival = new Float64Array(threads);
  }

  /** Makes every thread runnable, with nothing pending. */
  protected resetThreads(): void {
    this.#arrivals = 0;
    this.status.fill(RUNNABLE);
    this.pendingSite.fill(-1);
    this.pendingIndex.fill(-1);
    this.ran.fill(0);
    this.list();
  }

  isDone(thread: number): boolean {
    return this.status[thread] === DONE;
  }

  /** Reports whether `thread` waits without a deadline. */
  protected waitsForEver(thread: number): boolean {
    return this.status[thread] === WAITING && this.deadline[thread] === Infinity;
  }

  /** Lists the runnable and the sleeping threads. Called after each change of a status; there are few of both. */
  protected list(): void {
    let runnable = 0;
    let sleeping = 0;
    for (let thread = 0; thread < this.threads; thread++) {
      const status = this.status[thread];
      if (status === RUNNABLE) this.runnable[runnable++] = thread;
      else if (status === WAITING && this.deadline[thread] < Infinity) this.sleeping[sleeping++] = thread;
    }
    this.runnableCount = runnable;
    this.sleepingCount = sleeping;
  }

  /** Puts `thread` to sleep on the word `index` until `deadline`, in virtual nanoseconds. */
  protected park(thread: number, index: number, deadline: number): void {
    this.status[thread] = WAITING;
    this.waitsOn[thread] = index;
    this.#arrival[thread] = this.arrive();
    this.deadline[thread] = deadline;
    this.list();
  }

  /** Returns the place of the next waiter in the order in which waiters came. */
  protected arrive(): number {
    return this.#arrivals++;
  }

  protected arrivalOf(thread: number): number {
    return this.#arrival[thread];
  }

  /** Returns the thread that has waited longest on the word `index`, or -1. */
  protected firstWaiter(index: number): number {
    let first = -1;
    for (let thread = 0; thread < this.threads; thread++) {
      if (this.status[thread] !== WAITING || this.waitsOn[thread] !== index) continue;
      if (first < 0 || this.#arrival[thread] < this.#arrival[first]) first = thread;
    }
    return first;
  }

  /** Makes `thread` runnable; its wait returns `message`. */
  protected wake(thread: number, message: WaitResult): void {
    this.status[thread] = RUNNABLE;
    this.messages[thread] = message;
    this.pendingSite[thread] = -1;
  }
}
