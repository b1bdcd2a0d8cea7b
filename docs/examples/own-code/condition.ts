/** A condition variable: threads sleep until another tells them that something has changed. */
import type { Mutex } from './mutex.ts';

export class Condition {
  /** Counts the changes. */
  protected readonly changes = new Int32Array(new SharedArrayBuffer(4));

  /** Unlocks the mutex, sleeps until a change, and locks it again. */
  wait(mutex: Mutex): void {
    // A change after the unlock is not missed: the count then differs from `seen`, and the thread does not sleep.
    const seen = Atomics.load(this.changes, 0);
    mutex.unlock();
    Atomics.wait(this.changes, 0, seen);
    mutex.lock();
  }

  /** Wakes up to `threads` sleeping threads. */
  notify(threads: number): void {
    Atomics.add(this.changes, 0, 1);
    Atomics.notify(this.changes, 0, threads);
  }
}

/** The same with a bug, a lost wake-up: a change between the unlock and the load is missed. */
export class LossyCondition extends Condition {
  override wait(mutex: Mutex): void {
    mutex.unlock();
    Atomics.wait(this.changes, 0, Atomics.load(this.changes, 0));
    mutex.lock();
  }
}
