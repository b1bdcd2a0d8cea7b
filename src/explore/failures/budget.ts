/** The budget of an investigation: executions, and accesses, which stand for their time. */
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

  /** Takes one execution from the budget; returns false if none is left. */
  take(): boolean {
    if (this.spent) return false;
    this.executions++;
    this.#whole?.take();
    this.#onTake(this.executions);
    return true;
  }

  /** Pays for the accesses of an execution. */
  pay(accesses: number): void {
    this.#accesses -= accesses;
    this.#whole?.pay(accesses);
  }

  /** Returns a budget of at most that many executions, which are taken from this one. */
  part(executions: number): Budget {
    return new Budget(executions, Infinity, () => {}, this);
  }
}
