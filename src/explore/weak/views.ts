/**
 * Vector clocks: the stores that each thread must have seen.
 *
 * 1. A thread's epoch grows at each of its releases. A store has the epoch in which it was made.
 * 2. A thread's view holds, for each other thread, that thread's last epoch that happened before.
 * 3. A view never changes: a thread that learns something gets a new view. So a store keeps only the place of its
 *    thread's view.
 */
import { BASE } from './records.ts';

const FIRST_VIEWS = 1024;

export class Views {
  /** By thread: its epoch, from 1. */
  readonly epoch: Int32Array;
  /** By thread: place of its view. */
  readonly current: Int32Array;
  readonly #threads: number;
  #data: Int32Array;
  #top = 0;

  constructor(threads: number) {
    this.#threads = threads;
    this.epoch = new Int32Array(threads);
    this.current = new Int32Array(threads);
    this.#data = new Int32Array(threads * FIRST_VIEWS);
  }

  /** Begins an execution: nobody knows anything of the others. */
  begin(): void {
    this.epoch.fill(1);
    this.current.fill(0);
    this.#data.fill(0, 0, this.#threads);
    this.#top = this.#threads;
  }

  /** Reports whether what `thread` did in `epoch` happened before the next step of `reader`. */
  knows(reader: number, thread: number, epoch: number): boolean {
    return thread === reader || thread === BASE || this.#data[this.current[reader] + thread] >= epoch;
  }

  /** Reports whether what `thread` did in `epoch` is in the view at `view`, which is another thread's. */
  includes(view: number, thread: number, epoch: number): boolean {
    return this.#data[view + thread] >= epoch;
  }

  /** `reader` learns what `thread` knew and did up to `epoch`, when its view was at `view`. */
  join(reader: number, thread: number, epoch: number, view: number): void {
    const own = this.current[reader];
    const data = this.#data;
    let news = data[own + thread] < epoch;
    for (let other = 0; other < this.#threads && !news; other++) news = other !== reader && other !== thread && data[view + other] > data[own + other];
    if (!news) return;
    const made = this.#make();
    for (let other = 0; other < this.#threads; other++) this.#data[made + other] = Math.max(this.#data[own + other], this.#data[view + other]);
    this.#data[made + thread] = Math.max(this.#data[made + thread], epoch);
    this.current[reader] = made;
  }

  /** What `thread` does from now on is not known to those who learn of what it did before. */
  tick(thread: number): void {
    this.epoch[thread]++;
  }

  #make(): number {
    const made = this.#top;
    this.#top += this.#threads;
    if (this.#top > this.#data.length) {
      const larger = new Int32Array(2 * this.#data.length);
      larger.set(this.#data);
      this.#data = larger;
    }
    return made;
  }
}
