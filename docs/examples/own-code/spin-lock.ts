/** A lock without an order: any thread that asks may get it, however long another has waited. */
export class SpinLock {
  readonly #isHeld = new Int32Array(new SharedArrayBuffer(4));

  lock(): void {
    while (Atomics.exchange(this.#isHeld, 0, 1) === 1);
  }

  unlock(): void {
    Atomics.store(this.#isHeld, 0, 0);
  }
}
