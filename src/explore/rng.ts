/** A stream of pseudo-random numbers (xorshift32) that depends on its seed alone. */
import { seedState } from '../base/random.ts';

export class Rng {
  #state: number;

  constructor(seed: number) {
    this.#state = seedState(seed) | 0;
  }

  reseed(seed: number): void {
    this.#state = seedState(seed) | 0;
  }

  /** The place in the stream: set back, the same numbers follow again. */
  get state(): number {
    return this.#state;
  }

  set state(state: number) {
    this.#state = state;
  }

  /** Returns a whole number from 0 to 2^31 - 1. */
  next(): number {
    // base/random.ts's xorshift32, kept signed: V8 holds it without a heap number.
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x >>> 1;
  }

  /** Returns a whole number from 0 to `n` - 1. The bias is small because `n` is. */
  below(n: number): number {
    return this.next() % n;
  }
}
