/** What an explorer needs to know. */
import type { Control, Coroutine } from '../rewrite/generated.ts';
import type { Monitor } from './monitor.ts';
import type { Strategy } from './strategy.ts';
import type { Memory } from './weak/memory.ts';

/** Lets the engine go on with a thread after the end of an execution. */
export interface Trial {
  /** What the threads do from now on is no part of the execution. */
  begin(): void;
  /** Sets the buffers that the threads share to what they were. */
  restore(m: Int32Array): void;
}

export interface ExploreOptions {
  readonly core: Control;
  /** The memory that each execution begins with. */
  readonly template: Int32Array;
  readonly threads: readonly ((m: Int32Array) => Coroutine)[];
  readonly strategy: Strategy;
  /** Decides what loads return; 'sc' by default. Others need the hooked variant of the core. */
  readonly memory?: Memory;
  /** The ledger that each execution begins with. Without it the ledger begins at zero. */
  readonly ledger?: Float64Array;
  /** Examines the memory after all threads have finished. Returns the problem, or ''. */
  readonly check?: (m: Int32Array, results: readonly unknown[]) => string;
  /** Reports whether threads that are left waiting for ever are right to wait; without it they are not. */
  readonly mayWait?: () => boolean;
  /** A check of the scenario looks at the memory after each access. */
  readonly isWatched?: boolean;
  /** The order in time of operations is judged. */
  readonly isTimed?: boolean;
  /** Threads may wait on words without sleeping. */
  readonly waitsAsync?: boolean;
  /** Most accesses of an execution; 1,000,000 by default. */
  readonly stepLimit?: number;
  /** Virtual nanoseconds of an access; 50 by default, so that few accesses fit in a sleep of a microsecond. */
  readonly accessNs?: number;
  /** They need the hooked variant of the core. */
  readonly monitors?: readonly Monitor[];
  /** For ordinary code: what it takes to try, after a deadlock, whether a thread would go on. */
  readonly trial?: Trial;
  /** The scenario's own monitors. */
  readonly watchers?: readonly Monitor[];
  /** Keeps the schedule, for `Replay`. */
  readonly record?: boolean;
}
