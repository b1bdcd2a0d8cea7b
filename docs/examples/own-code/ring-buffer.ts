/** A queue of numbers for one producer and one consumer. */
export class RingBuffer {
  readonly #capacity: number;
  /** How many numbers were ever put in, and taken out. */
  readonly #ends: Int32Array;
  readonly slots: Float64Array;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#ends = new Int32Array(new SharedArrayBuffer(8));
    this.slots = new Float64Array(new SharedArrayBuffer(8 * capacity));
  }

  /** Puts `value` in; false if the buffer is full. */
  push(value: number): boolean {
    const tail = Atomics.load(this.#ends, 1);
    if (tail - Atomics.load(this.#ends, 0) === this.#capacity) return false;
    this.publish(tail, value);
    return true;
  }

  /** Takes the oldest number out; undefined if there is none. */
  shift(): number | undefined {
    const head = Atomics.load(this.#ends, 0);
    if (head === Atomics.load(this.#ends, 1)) return undefined;
    const value = this.slots[head % this.#capacity];
    Atomics.store(this.#ends, 0, head + 1);
    return value;
  }

  /** The slot is written first: the consumer may read it as soon as the tail has moved. */
  protected publish(tail: number, value: number): void {
    this.slots[tail % this.#capacity] = value;
    this.moveTail(tail + 1);
  }

  protected moveTail(tail: number): void {
    Atomics.store(this.#ends, 1, tail);
  }
}

/** The same with a bug: the tail moves too early. */
export class HastyRingBuffer extends RingBuffer {
  protected override publish(tail: number, value: number): void {
    this.moveTail(tail + 1);
    this.slots[tail % this.slots.length] = value;
  }
}
