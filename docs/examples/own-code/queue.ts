/** A lock-free queue by Maged Michael and Michael Scott: a list whose first node is a dummy. Nodes are not used again. */
export class Queue {
  /** The dummy; and the last node, or one before it. */
  readonly #head = new Int32Array(new SharedArrayBuffer(4));
  readonly #tail = new Int32Array(new SharedArrayBuffer(4));
  /** Nodes in use, besides the first dummy. */
  readonly #used = new Int32Array(new SharedArrayBuffer(4));
  /** By node, the one after it; 0 if it is the last. */
  protected readonly next: Int32Array;
  readonly #values: Int32Array;

  constructor(capacity: number) {
    this.next = new Int32Array(new SharedArrayBuffer(4 * (capacity + 1)));
    this.#values = new Int32Array(new SharedArrayBuffer(4 * (capacity + 1)));
  }

  put(value: number): void {
    const node = Atomics.add(this.#used, 0, 1) + 1;
    this.#values[node] = value;
    for (;;) {
      const last = Atomics.load(this.#tail, 0);
      const after = Atomics.load(this.next, last);
      // Another thread has linked a node, but has not moved the tail yet.
      if (after !== 0) Atomics.compareExchange(this.#tail, 0, last, after);
      else if (this.link(last, node)) {
        Atomics.compareExchange(this.#tail, 0, last, node);
        return;
      }
    }
  }

  /** Returns the oldest value; 0 if there is none. */
  take(): number {
    for (;;) {
      const dummy = Atomics.load(this.#head, 0);
      const first = Atomics.load(this.next, dummy);
      if (first === 0) return 0;
      // The tail must not fall behind the head.
      Atomics.compareExchange(this.#tail, 0, dummy, first);
      if (Atomics.compareExchange(this.#head, 0, dummy, first) === dummy) return this.#values[first];
    }
  }

  /** Links `node` behind `last`; false if another thread was faster. */
  protected link(last: number, node: number): boolean {
    return Atomics.compareExchange(this.next, last, 0, node) === 0;
  }
}

/** The same with a bug: two threads may link their nodes behind the same one, and the first is lost. */
export class LosingQueue extends Queue {
  protected override link(last: number, node: number): boolean {
    Atomics.store(this.next, last, node);
    return true;
  }
}
