/**
 * A deque for work stealing by David Chase and Yossi Lev: its owner pushes and pops at the bottom, and other
 * threads steal at the top. It does not grow.
 */
export class Deque {
  protected readonly top = new Int32Array(new SharedArrayBuffer(4));
  readonly #bottom = new Int32Array(new SharedArrayBuffer(4));
  readonly #items: Int32Array;

  constructor(capacity: number) {
    this.#items = new Int32Array(new SharedArrayBuffer(4 * capacity));
  }

  /** For the owner: adds an item. */
  push(item: number): void {
    const bottom = Atomics.load(this.#bottom, 0);
    this.#items[bottom % this.#items.length] = item;
    Atomics.store(this.#bottom, 0, bottom + 1);
  }

  /** For the owner: returns the youngest item; 0 if there is none. */
  pop(): number {
    const bottom = Atomics.load(this.#bottom, 0) - 1;
    // Thieves leave the item alone from here on, unless it is the last.
    Atomics.store(this.#bottom, 0, bottom);
    const top = Atomics.load(this.top, 0);
    if (top < bottom) return this.#items[bottom % this.#items.length];
    const isMine = top === bottom && this.takeLast(top);
    const item = this.#items[bottom % this.#items.length];
    Atomics.store(this.#bottom, 0, bottom + 1);
    return isMine ? item : 0;
  }

  /** For other threads: returns the oldest item; 0 if there is none. */
  steal(): number {
    for (;;) {
      const top = Atomics.load(this.top, 0);
      if (top >= Atomics.load(this.#bottom, 0)) return 0;
      const item = this.#items[top % this.#items.length];
      if (Atomics.compareExchange(this.top, 0, top, top + 1) === top) return item;
    }
  }

  /** Claims the last item, which a thief may also be trying to take. */
  protected takeLast(top: number): boolean {
    return Atomics.compareExchange(this.top, 0, top, top + 1) === top;
  }
}

/** The same with a bug: the owner does not check whether a thief has taken the last item. */
export class GreedyDeque extends Deque {
  protected override takeLast(top: number): boolean {
    Atomics.store(this.top, 0, top + 1);
    return true;
  }
}
