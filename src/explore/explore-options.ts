/** What an explorer needs to know. */
import type { Control, Coroutine } from '../rewrite/generated.ts';
import type { Monitor } from './monitor.ts';
import type { Strategy } from './strategy.ts';

export interface ExploreOptions {
  readonly core: Control;
  /** The memory that each execution begins with. */
  readonly template: Int32Array;
  readonly threads: readonly ((m: Int32Array) => Coroutine)[];
  readonly strategy: Strategy;
  /** The ledger that each execution begins with. Without it the ledger begins at zero. */
  readonly ledger?: Float64Array;
  /** Examines the memory after all threads have finished. Returns the problem, or ''. */
  readonly check?: (m: Int32Array, results: readonly unknown[]) => string;
  /** Most accesses of an execution; 1,000,000 by default. */
  readonly stepLimit?: number;
  /** Virtual nanoseconds of an access; 50 by default, so that few accesses fit in a sleep of a microsecond. */
  readonly accessNs?: number;
  /** They need the hooked variant of the core. */
  readonly monitors?: readonly Monitor[];
  /** Keeps the schedule, for `Replay`. */
  readonly record?: boolean;
}
