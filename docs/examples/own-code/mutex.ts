/**
 * A mutex that sleeps, the third of "Futexes are tricky" by Ulrich Drepper. The word is 0 (free), 1 (held) or 2
 * (held, and threads may sleep).
 */
export class Mutex {
  protected readonly word = new Int32Array(new SharedArrayBuffer(4));

  lock(): void {
    if (Atomics.compareExchange(this.word, 0, 0, 1) === 0) return;
    this.sleepUntilFree();
  }

  unlock(): void {
    if (Atomics.exchange(this.word, 0, 0) === 2) Atomics.notify(this.word, 0, 1);
  }

  /** Other threads may sleep, too: the thread that takes the lock leaves 2. */
  protected sleepUntilFree(): void {
    while (Atomics.exchange(this.word, 0, 2) !== 0) Atomics.wait(this.word, 0, 2);
  }
}

/** The same with a bug: a thread that was woken forgets the others that sleep. */
export class ForgetfulMutex extends Mutex {
  protected override sleepUntilFree(): void {
    while (Atomics.compareExchange(this.word, 0, 0, 1) !== 0) {
      Atomics.compareExchange(this.word, 0, 1, 2);
      Atomics.wait(this.word, 0, 2);
    }
  }
}
