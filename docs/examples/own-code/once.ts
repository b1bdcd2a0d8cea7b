/** A value that is made by the first thread that asks for it. */
const [MISSING, BEING_MADE, MADE] = [0, 1, 2];

export class Once {
  readonly #state = new Int32Array(new SharedArrayBuffer(4));
  readonly #value = new Float64Array(new SharedArrayBuffer(8));

  get(make: () => number): number {
    if (this.claim()) {
      this.#value[0] = make();
      Atomics.store(this.#state, 0, MADE);
      Atomics.notify(this.#state, 0);
    }
    while (Atomics.load(this.#state, 0) !== MADE) Atomics.wait(this.#state, 0, BEING_MADE);
    return this.#value[0];
  }

  /** Reports whether the calling thread must make the value. */
  protected claim(): boolean {
    return Atomics.compareExchange(this.#state, 0, MISSING, BEING_MADE) === MISSING;
  }

  protected get isMissing(): boolean {
    return Atomics.load(this.#state, 0) === MISSING;
  }
}

/** The same with a bug: two threads may both find the value missing. */
export class Twice extends Once {
  protected override claim(): boolean {
    return this.isMissing;
  }
}
