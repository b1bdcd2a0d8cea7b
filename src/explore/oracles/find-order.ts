/**
 * Searches for an order of concurrent calls that a sequential model allows.
 *
 * 1. Append a call that the model allows now, and whose predecessors all have a place. Try calls that ended early first.
 * 2. The order is complete if every call that must have a place has one, and the model accepts the end.
 * 3. If no call can be appended, go back. Two orders of the same calls that leave the same state have the same future, so
 *    the search continues only from the first.
 *
 * Sources: Wing and Gong, "Testing and verifying concurrent objects", JPDC 1993; Lowe, "Testing for linearizability",
 * Concurrency and Computation 2017, for remembering visited states.
 */

/** Calls are numbered from 0. A set of calls is a number with a bit for each. */
export interface OrderProblem<State> {
  /** By call, the calls that must come before it. */
  readonly before: readonly bigint[];
  /** The calls that must have a place. The others are pending: they may have taken effect or not. */
  readonly required: bigint;
  /** All calls, in the order in which they are tried. */
  readonly tries: readonly number[];
  readonly initial: State;
  /** Returns the state after `call`, which comes after the calls in `placed`; undefined if the model does not allow it. */
  apply(state: State, call: number, placed: bigint): State | undefined;
  /** Returns a text that differs for different states. */
  keyOf(state: State): string;
  /** Reports whether the end is right, if not every one is. */
  accepts?(state: State, placed: bigint): boolean;
  /** The most states that are visited. */
  readonly mostStates: number;
}

export interface OrderAnswer {
  /** The order that was found; null if there is none. */
  readonly order: readonly number[] | null;
  /** The search has given up: there may be an order. */
  readonly gaveUp: boolean;
}

/** Returns an order that `problem` allows. */
export function findOrder<State>(problem: OrderProblem<State>): OrderAnswer {
  return new Search(problem).run();
}

class Search<State> {
  readonly #problem: OrderProblem<State>;
  readonly #order: number[] = [];
  readonly #visited = new Set<string>();
  #gaveUp = false;

  constructor(problem: OrderProblem<State>) {
    this.#problem = problem;
  }

  run(): OrderAnswer {
    const found = this.#findsFrom(this.#problem.initial, 0n);
    return { order: found ? this.#order : null, gaveUp: !found && this.#gaveUp };
  }

  /** Reports whether the calls that are not in `placed` can be appended. */
  #findsFrom(state: State, placed: bigint): boolean {
    const { before, required, tries, accepts, mostStates } = this.#problem;
    if ((required & ~placed) === 0n && (accepts === undefined || accepts(state, placed))) return true;
    const key = `${placed} ${this.#problem.keyOf(state)}`;
    if (this.#visited.has(key)) return false;
    if (this.#visited.size >= mostStates) {
      this.#gaveUp = true;
      return false;
    }
    this.#visited.add(key);
    for (const call of tries) {
      const bit = 1n << BigInt(call);
      if ((placed & bit) !== 0n || (before[call] & ~placed) !== 0n) continue;
      const next = this.#problem.apply(state, call, placed);
      if (next === undefined) continue;
      this.#order.push(call);
      if (this.#findsFrom(next, placed | bit)) return true;
      this.#order.pop();
      if (this.#gaveUp) return false;
    }
    return false;
  }
}
