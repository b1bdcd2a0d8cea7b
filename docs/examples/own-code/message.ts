/** A number that one thread sends to another. */
export class Message {
  protected readonly isSent = new Int32Array(new SharedArrayBuffer(4));
  readonly #data = new Float64Array(new SharedArrayBuffer(8));

  send(value: number): void {
    this.#data[0] = value;
    this.publish();
  }

  /** Returns the number; undefined if it has not been sent yet. */
  receive(): number | undefined {
    return Atomics.load(this.isSent, 0) === 1 ? this.#data[0] : undefined;
  }

  /** What was stored before an atomic store is seen by a thread that has loaded its value. */
  protected publish(): void {
    Atomics.store(this.isSent, 0, 1);
  }
}

/** The same with a bug: nothing orders a plain store and a load of another thread. */
export class RacyMessage extends Message {
  protected override publish(): void {
    this.isSent[0] = 1;
  }
}
