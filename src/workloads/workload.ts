/**
 * What a workload is: a program of steps for goroutines, with numbers that the user can set,
 * and perhaps a heap that is built before it starts.
 *
 * Its module is loaded by the main thread and by every worker, so everything a step needs
 * comes from the shared memory: params arrive in the main goroutine's ints.
 */
import type { Mem } from '../memory/struct.ts';
import type { MRef } from '../machine/m.ts';
import type { TypeTable } from '../heap/type-table.ts';
import type { Step } from '../runtime/goroutine.ts';
import type { Toolkit } from './toolkit.ts';

export interface Param {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly help: string;
}

export type Params = Readonly<Record<string, number>>;

/** What the machine must have for it, with these params. */
export interface Needs {
  /** Bytes of arena for comfort: what may be live at once, with room for garbage. */
  readonly arenaBytes: number;
  /** Global pointers it uses. */
  readonly globals: number;
  /** Most goroutines alive at once, the main one included. */
  readonly goroutines: number;
  /** Pointer-sized words of the deepest stack; 512 unless given. */
  readonly stackWords?: number;
  /** Pointers in the initialised data, beside 32 for anybody. */
  readonly dataPointers?: number;
  /** Word at which the arena must begin, if there is room in front of it. */
  readonly arenaFrom?: number;
}

/** What is told of a workload before it runs. */
export interface WorkloadFacts {
  readonly name: string;
  /** One line for `--help`. */
  readonly summary: string;
  readonly params: Readonly<Record<string, Param>>;
}

export interface Workload extends WorkloadFacts {
  needs(params: Params): Needs;
  /** The types of what it allocates, if it says so: steps name them by their numbers, see typeAt. */
  readonly types?: TypeTable;
  /**
   * Builds what must be there before goroutines run, on M 0, with collections off. It may
   * take `malloc` results into plain variables.
   */
  build?(m: Mem, m0: MRef, params: Params): void;
  /** The program; a step returns the index of the next here. */
  readonly steps: readonly Step[];
  /** Where the main goroutine begins, and the pointer slots of its frame. */
  readonly main: { readonly pc: number; readonly slots: number };
  /** The main goroutine's ints at the start, at most 32; `seed` is the run's. */
  args(params: Params, seed: number): readonly number[];
  /** What the finished run has to say, line by line; read from the memory of the stopped machine. */
  report?(m: Mem, params: Params): readonly string[];
}

/** What a workload's module exports by default; the function is given the toolkit, by each thread for itself. */
export type WorkloadModule = Workload | ((toolkit: Toolkit) => Workload);
