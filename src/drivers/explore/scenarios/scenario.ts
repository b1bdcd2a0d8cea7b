/**
 * A scenario: a small machine, what its threads do, and what must hold at the end. Its program
 * is plain code over `m` in `programs/`, exported by entry.ts, so that it is made into
 * coroutines (and mutated) with the core that it calls.
 */
import type { MachineShape } from '../../../memory/map.ts';
import type { Coroutine } from '../generated.ts';
import type { Core } from '../load.ts';

/** What can be set of a scenario. */
export interface Knobs {
  readonly procs: number;
}

export interface Scenario {
  readonly name: string;
  /** One line for `--list`. */
  readonly summary: string;
  /** How many Ps it can have; the first is the default. */
  readonly procs: readonly number[];
  shape(knobs: Knobs): MachineShape;
  /** Builds its memory with `core`, which may have a mutant in it. */
  prepare(core: Core, knobs: Knobs, makeOracle: MakeOracle): Prepared;
}

/** A scenario ready to be explored: what `Explorer` wants to know of it. */
export interface Prepared {
  /** The memory that each execution begins with. */
  readonly template: Int32Array;
  readonly threads: readonly ((m: Int32Array) => Coroutine)[];
  /** What the threads are called in reports. */
  readonly names: readonly string[];
  /** After all threads have finished: what is wrong, a line each, or ''. */
  readonly check: (m: Int32Array, results: readonly unknown[]) => string;
  readonly stepLimit: number;
}

/** Looks at the heap while the world stands still. */
export interface Oracle {
  /** The memory was set back to its beginning. */
  forget(): void;
  check(point: number): { readonly problems: readonly { readonly code: string; readonly message: string }[] };
}

export type MakeOracle = (m: Int32Array) => Oracle;
