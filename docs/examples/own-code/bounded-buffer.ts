/** A queue of bounded capacity: `put` waits while it is full, and `take` waits while it is empty. */
import { Condition } from './condition.ts';
import { Mutex } from './mutex.ts';

export class BoundedBuffer {
  readonly #mutex = new Mutex();
  /** Signals that a number was put or taken. Both putting and taking threads wait for it. */
  protected readonly changed = new Condition();
  readonly #ends = new Int32Array(new SharedArrayBuffer(8));
  readonly #slots: Int32Array;

  constructor(capacity: number) {
    this.#slots = new Int32Array(new SharedArrayBuffer(4 * capacity));
  }

  put(value: number): void {
    this.#mutex.lock();
    while (this.#ends[1] - this.#ends[0] === this.#slots.length) this.changed.wait(this.#mutex);
    this.#slots[this.#ends[1]++ % this.#slots.length] = value;
    this.notify();
    this.#mutex.unlock();
  }

  take(): number {
    this.#mutex.lock();
    while (this.#ends[1] === this.#ends[0]) this.changed.wait(this.#mutex);
    const value = this.#slots[this.#ends[0]++ % this.#slots.length];
    this.notify();
    this.#mutex.unlock();
    return value;
  }

  protected notify(): void {
    this.changed.notify(Infinity);
  }
}

/** The same with a bug: only one thread is woken, and it may be one that must keep waiting. */
export class SleepyBuffer extends BoundedBuffer {
  protected override notify(): void {
    this.changed.notify(1);
  }
}
