/** How many executions an investigation may still take. */
export class Budget {
  left: number;
  spent = 0;
  readonly #onTake: () => void;

  constructor(most: number, onTake = () => {}) {
    this.left = most;
    this.#onTake = onTake;
  }

  /** Takes one; false if none is left. */
  take(): boolean {
    if (this.left === 0) return false;
    this.left--;
    this.spent++;
    this.#onTake();
    return true;
  }

  /** At most `most` of what is left, to be used up by themselves. */
  part(most: number): Budget {
    return new Budget(Math.min(most, this.left), () => this.take());
  }
}
