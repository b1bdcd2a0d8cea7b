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
  /** The memory. */
  readonly m: Int32Array;
  /** Decides what loads return; null if they return the newest values. */
  readonly weak: object | null;
  /** Something looks at the memory after each access, so the order of stores to different words matters. */
  readonly isWatched: boolean;
  /** The order in time of operations is judged, also of those on different words. */
  readonly isTimed: boolean;
  /** Threads may wait on words without sleeping: by Atomics.waitAsync. */
  readonly waitsAsync?: boolean;
  /** How often threads have read the clock in this execution. */
  readonly clockReads: number;
  /** Site of the access that a runnable thread makes when it is chosen; -1 if not known. */
  readonly pendingSite: Int32Array;
  /** Word of that access. */
  readonly pendingIndex: Int32Array;
  /** Words of that access, from `pendingIndex` on; -1 if it may touch any. */
  readonly pendingWords: Int32Array;
  /** By site: 1 if the access may change its word. */
  readonly writes: Uint8Array;
  /** While a thread runs: the number of the access that it makes, among its own from 1. */
  readonly accessNumber: number;
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
  /**
   * Called after `next`, possibly several times: makes the choice that comes after its turn, in the scene as it is. If it falls on the same
   * thread, returns the accesses of that turn. Otherwise returns 0, and `next` makes the choice. Without it nothing is chosen ahead.
   */
  ahead?(scene: Scene): number;
  /** Takes back the last `count` choices of `ahead`: the scene has changed before they were due, and `next` makes them again. */
  takeBack?(count: number): void;
  /**
   * Called under a weak memory model, while a thread runs, before a load that has several values. Returns the number
   * of the value, from 0, the newest, to `count` - 1. Without it each load returns the newest value.
   */
  choose?(scene: Scene, count: number): number;
  /** Called after each execution, with its final `steps` and `ran`. */
  end?(scene: Scene): void;
  /** The search is over: another execution would repeat a former one. Undefined for a strategy that is no search. */
  readonly exhausted?: boolean;
  /** What the executions so far have covered, in words; '' if nothing. */
  readonly covered?: string;
  /** How far a search is; undefined for a strategy that can't tell, and before the first execution. */
  readonly progress?: SearchProgress;
}

/** How far a search is, by its own estimate. */
export interface SearchProgress {
  /** Executions that the whole search takes, those included that turn out redundant; exact once it is over. */
  readonly estimate: number;
  /** The part that is done, from 0 to 1. */
  readonly done: number;
}
