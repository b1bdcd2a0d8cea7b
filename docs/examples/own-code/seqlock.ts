/** A pair of numbers that one thread writes. Readers take no lock: they try again if the pair has changed meanwhile. */
export class Seqlock {
  /** Odd while the pair is being written. */
  protected readonly sequence = new Int32Array(new SharedArrayBuffer(4));
  readonly pair = new Float64Array(new SharedArrayBuffer(16));

  write(value: number): void {
    Atomics.add(this.sequence, 0, 1);
    this.pair[0] = value;
    this.pair[1] = -value;
    Atomics.add(this.sequence, 0, 1);
  }

  /** Returns the value; NaN if the two numbers don't belong together. */
  read(): number {
    for (;;) {
      const before = Atomics.load(this.sequence, 0);
      if (before % 2 === 1) continue;
      const [value, opposite] = [this.pair[0], this.pair[1]];
      if (this.isUnchanged(before)) return value === -opposite ? value : NaN;
    }
  }

  protected isUnchanged(before: number): boolean {
    return Atomics.load(this.sequence, 0) === before;
  }
}

/** The same with a bug: the reader checks only once whether the pair is being written. */
export class CarelessSeqlock extends Seqlock {
  protected override isUnchanged(): boolean {
    return true;
  }
}
