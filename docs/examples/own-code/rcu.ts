/**
 * Read-copy-update: readers take no lock. The writer publishes a new version and reuses the memory of the old one once
 * no reader can see it.
 */
export class Rcu {
  /** By reader, a count that is odd while the reader reads. */
  protected readonly readers: Int32Array;
  /** The version that readers see: 0 or 1. */
  readonly #current = new Int32Array(new SharedArrayBuffer(4));
  /** Two numbers for each version, of which the second is minus the first; 0 while the version is not in use. */
  readonly #versions = new Int32Array(new SharedArrayBuffer(16));

  constructor(readers: number) {
    this.readers = new Int32Array(new SharedArrayBuffer(4 * readers));
    this.#versions.set([1, -1]);
  }

  /** Returns the value; 0 if the two numbers don't belong together. */
  read(reader: number): number {
    Atomics.add(this.readers, reader, 1);
    const at = 2 * Atomics.load(this.#current, 0);
    const value = this.#versions[at];
    const isWhole = this.#versions[at + 1] === -value;
    Atomics.add(this.readers, reader, 1);
    return isWhole ? value : 0;
  }

  /** For one writer. */
  write(value: number): void {
    const old = Atomics.load(this.#current, 0);
    const fresh = 2 * (1 - old);
    this.#versions[fresh] = value;
    this.#versions[fresh + 1] = -value;
    Atomics.store(this.#current, 0, 1 - old);
    this.waitForReaders();
    this.#versions.fill(0, 2 * old, 2 * old + 2);
  }

  /** Waits until every reader that began earlier has ended. Later readers see the new version. */
  protected waitForReaders(): void {
    for (let reader = 0; reader < this.readers.length; reader++) {
      const count = Atomics.load(this.readers, reader);
      if (count % 2 === 1) while (Atomics.load(this.readers, reader) === count);
    }
  }
}

/** The same with a bug: the writer does not wait. */
export class HastyRcu extends Rcu {
  protected override waitForReaders(): void {}
}
