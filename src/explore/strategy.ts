/**
 * A strategy decides, at each switch, who runs next and for how long. It sees the scene: who
 * could run, who sleeps, and what each thread is about to do.
 */

/** What a strategy may look at. It changes under its hands; nothing in it is to be kept. */
export interface Scene {
  readonly threads: number;
  /** Who ran last; -1 before the first choice. */
  readonly current: number;
  /** Threads that can run, ascending, in the first `runnableCount` places. */
  readonly runnable: Int32Array;
  readonly runnableCount: number;
  /**
   * Threads parked for a time, ascending. Choosing one lets the clock jump to its deadline:
   * the others were slow.
   */
  readonly sleeping: Int32Array;
  readonly sleepingCount: number;
  /** Virtual nanosecond at which each of the sleeping gives up; of the others it says nothing. */
  readonly deadline: Float64Array;
  /** Accesses so far. */
  readonly steps: number;
  /** Of them by each thread. */
  readonly ran: Int32Array;
  /** Threads that have not finished, ascending, are the runnable, the sleeping and the blocked. */
  isDone(thread: number): boolean;
  /** Site of the access that a runnable thread makes when it is chosen; -1 if not known. */
  readonly pendingSite: Int32Array;
  /** Word of that access. */
  readonly pendingIndex: Int32Array;
  /** By site: may it change the word? */
  readonly writes: Uint8Array;
}

export interface Strategy {
  /** With its parameters, as `makeStrategy` (strategies/catalog.ts) takes it. */
  readonly name: string;
  /**
   * What repeats the execution under way, or just over, on its own from its seed: the name and
   * what was learned before. The name alone unless given.
   */
  readonly spec?: string;
  /** Set by `next`: after how many accesses to ask again, at least 1. */
  budget: number;
  /** Ask again as soon as a thread wakes, not only when the budget is spent. */
  readonly asksOnWake: boolean;
  /** Before the first choice of an execution; all threads stand at their first access. */
  begin(scene: Scene, seed: number): void;
  /** The thread that runs now: one of the runnable, or of the sleeping if it must come to that. */
  next(scene: Scene): number;
  /** After each execution: `steps` and `ran` of the scene are those of the whole. */
  end?(scene: Scene): void;
  /** The search is over: another execution would repeat a former one. */
  readonly exhausted?: boolean;
  /** What the executions so far have covered without gaps, in words; '' if nothing. */
  readonly covered?: string;
}
