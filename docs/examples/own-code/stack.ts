/** A lock-free stack of the numbers from 1 on, by R. K. Treiber. */
export class Stack {
  /** The top number; 0 if there is none. */
  protected readonly head: Int32Array;
  /** By number, the one below it. */
  readonly #next: Int32Array;

  constructor(capacity: number) {
    const buffer = new SharedArrayBuffer(4 * (capacity + 2));
    this.head = new Int32Array(buffer, 0, 1);
    this.#next = new Int32Array(buffer, 4);
  }

  push(node: number): void {
    for (;;) {
      const top = Atomics.load(this.head, 0);
      this.#next[node] = this.nodeOf(top);
      if (this.replace(top, node)) return;
    }
  }

  /** Returns the number that was on top; 0 if there is none. */
  pop(): number {
    for (;;) {
      const top = Atomics.load(this.head, 0);
      const node = this.nodeOf(top);
      if (node === 0 || this.replace(top, this.#next[node])) return node;
    }
  }

  protected nodeOf(top: number): number {
    return top;
  }

  /** A bug: the top may have been popped and pushed again, with another number below it. */
  protected replace(top: number, node: number): boolean {
    return Atomics.compareExchange(this.head, 0, top, node) === top;
  }
}

/** The same without the bug: the top word also has a count of changes, so it never has the same value again. */
export class CountedStack extends Stack {
  protected override nodeOf(top: number): number {
    return top & 0xff;
  }

  protected override replace(top: number, node: number): boolean {
    return Atomics.compareExchange(this.head, 0, top, (top & ~0xff) + 0x100 + node) === top;
  }
}
