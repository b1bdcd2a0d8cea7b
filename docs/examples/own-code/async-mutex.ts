/** A mutex for threads that must not sleep: it waits by `Atomics.waitAsync`. */
const [FREE, HELD, CONTENDED] = [0, 1, 2];

export class AsyncMutex {
  protected readonly word = new Int32Array(new SharedArrayBuffer(4));

  async lock(): Promise<void> {
    if (Atomics.compareExchange(this.word, 0, FREE, HELD) === FREE) return;
    while (Atomics.exchange(this.word, 0, CONTENDED) !== FREE) await this.changed();
  }

  unlock(): void {
    if (Atomics.exchange(this.word, 0, FREE) === CONTENDED) Atomics.notify(this.word, 0, 1);
  }

  /** Waits until the word is no longer CONTENDED. */
  protected async changed(): Promise<void> {
    const { async: isPending, value } = Atomics.waitAsync(this.word, 0, CONTENDED);
    if (isPending) await value;
  }
}

/** The same with a bug, a lost wake-up: an unlock before the load is missed, because the load finds what it has stored. */
export class LossyAsyncMutex extends AsyncMutex {
  protected override async changed(): Promise<void> {
    const { async: isPending, value } = Atomics.waitAsync(this.word, 0, Atomics.load(this.word, 0));
    if (isPending) await value;
  }
}
