/** How much an investigation may still run: executions, and accesses, which say how long they take. */
export class Budget {
  executions = 0;
  readonly #most: number;
  #accesses: number;
  readonly #whole: Budget | undefined;
  readonly #onTake: (executions: number) => void;

  constructor(executions: number, accesses = Infinity, onTake: (executions: number) => void = () => {}, whole?: Budget) {
    this.#most = executions;
    this.#accesses = accesses;
    this.#onTake = onTake;
    this.#whole = whole;
  }

  get spent(): boolean {
    return this.executions >= this.#most || this.#accesses <= 0 || (this.#whole?.spent ?? false);
  }

  /** Takes an execution of it; false if none is left. */
  take(): boolean {
    if (this.spent) return false;
    this.executions++;
    this.#whole?.take();
    this.#onTake(this.executions);
    return true;
  }

  /** What the execution came to. */
  pay(accesses: number): void {
    this.#accesses -= accesses;
    this.#whole?.pay(accesses);
  }

  /** At most so many executions of it. */
  part(executions: number): Budget {
    return new Budget(executions, Infinity, () => {}, this);
  }
}
