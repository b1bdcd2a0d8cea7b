/**
 * A strategy decides at each switch which thread runs next, and for how many accesses. It sees the scene: the
 * runnable threads, the sleeping threads, and the pending access of each.
 */

/** What a strategy may read. It changes during an execution: a strategy must not keep it. */
export interface Scene {
  readonly threads: number;
  /** The thread that ran last; -1 before the first choice. */
  readonly current: number;
  /** Runnable threads, ascending, in the first `runnableCount` places. */
  readonly runnable: Int32Array;
  readonly runnableCount: number;
  /** Threads that sleep until a deadline, ascending. If one is chosen, the clock jumps to its deadline: the others were slow. */
  readonly sleeping: Int32Array;
  readonly sleepingCount: number;
  /** Deadline of each sleeping thread in virtual nanoseconds; undefined for other threads. */
  readonly deadline: Float64Array;
  /** Accesses so far. */
  readonly steps: number;
  /** Accesses so far, by thread. */
  readonly ran: Int32Array;
  /** Reports whether `thread` has finished. A thread that has not is runnable, sleeping or blocked. */
  isDone(thread: number): boolean;
  /** Site of the access that a runnable thread makes when it is chosen; -1 if not known. */
  readonly pendingSite: Int32Array;
  /** Word of that access. */
  readonly pendingIndex: Int32Array;
  /** By site: 1 if the access may change its word. */
  readonly writes: Uint8Array;
}

export interface Strategy {
  /** The name with its parameters, as `makeStrategy` (strategies/catalog.ts) takes it. */
  readonly name: string;
  /**
   * Repeats the current or last execution from its seed: the name, with what was learned before. By default the
   * name alone.
   */
  readonly spec?: string;
  /** Set by `next`: accesses after which to ask again, at least 1. */
  budget: number;
  /** Asks again as soon as a thread wakes, not only when the budget is spent. */
  readonly asksOnWake: boolean;
  /** Called before the first choice of an execution: every thread is at its first access. */
  begin(scene: Scene, seed: number): void;
  /** Returns the thread that runs now: a runnable one, or a sleeping one. */
  next(scene: Scene): number;
  /** Called after each execution, with its final `steps` and `ran`. */
  end?(scene: Scene): void;
  /** The search is over: another execution would repeat a former one. Undefined for a strategy that is no search. */
  readonly exhausted?: boolean;
  /** What the executions so far have covered completely, in words; '' if nothing. */
  readonly covered?: string;
}
