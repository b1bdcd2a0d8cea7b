/** The three mutexes of "Futexes are tricky" by Ulrich Drepper, which sleep while another thread has the lock. */

/** The first: the word counts the threads that have asked. Every unlock calls `notify`, and the count may overflow. */
export class CountingMutex {
  readonly #asked = new Int32Array(new SharedArrayBuffer(4));

  lock(): void {
    for (let before = Atomics.add(this.#asked, 0, 1); before !== 0; before = Atomics.add(this.#asked, 0, 1)) Atomics.wait(this.#asked, 0, before + 1);
  }

  unlock(): void {
    Atomics.store(this.#asked, 0, 0);
    Atomics.notify(this.#asked, 0, 1);
  }
}

/** The third, and the best: the word is 0 (free), 1 (held) or 2 (held, and threads may sleep). */
export class Mutex {
  protected readonly word = new Int32Array(new SharedArrayBuffer(4));

  lock(): void {
    if (Atomics.compareExchange(this.word, 0, 0, 1) === 0) return;
    this.sleepUntilFree();
  }

  unlock(): void {
    if (Atomics.exchange(this.word, 0, 0) === 2) Atomics.notify(this.word, 0, 1);
  }

  /** Other threads may be asleep, so the thread that takes the lock here sets the word to 2. */
  protected sleepUntilFree(): void {
    while (Atomics.exchange(this.word, 0, 2) !== 0) Atomics.wait(this.word, 0, 2);
  }
}

/** The second: it has more operations than the third, but does not write 2 if the word is 2 already. */
export class SecondMutex extends Mutex {
  protected override sleepUntilFree(): void {
    do {
      const isMarked = Atomics.load(this.word, 0) === 2 || Atomics.compareExchange(this.word, 0, 1, 2) !== 0;
      if (isMarked) Atomics.wait(this.word, 0, 2);
    } while (Atomics.compareExchange(this.word, 0, 0, 2) !== 0);
  }
}

/** The second with a bug: a woken thread forgets the others that still sleep. */
export class ForgetfulMutex extends Mutex {
  protected override sleepUntilFree(): void {
    while (Atomics.compareExchange(this.word, 0, 0, 1) !== 0) {
      Atomics.compareExchange(this.word, 0, 1, 2);
      Atomics.wait(this.word, 0, 2);
    }
  }
}
