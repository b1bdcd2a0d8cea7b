/**
 * The interface of a workload: a program of steps for goroutines, with params that the user can set
 * and, optionally, a heap that is built before the program starts.
 *
 * The main thread and every worker thread load the module, so a step finds all its data in the shared
 * memory. Params arrive in the ints of the main goroutine.
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

/** Requirements of a workload with given params. */
export interface Needs {
  /** Bytes of arena: the most that is live at once, with room for garbage. */
  readonly arenaBytes: number;
  /** Number of global pointers. */
  readonly globals: number;
  /** Most goroutines alive at once, the main one included. */
  readonly goroutines: number;
  /** Pointer-sized words of the deepest stack; 512 by default. */
  readonly stackWords?: number;
  /** Pointers in the initialised data, in addition to 32. */
  readonly dataPointers?: number;
  /** Word at which the arena must begin, if the other regions leave room. */
  readonly arenaFrom?: number;
}

/** The description of a workload for help and for checking params. */
export interface WorkloadFacts {
  readonly name: string;
  /** One line for help texts, in lower case, without a full stop. */
  readonly summary: string;
  readonly params: Readonly<Record<string, Param>>;
}

export interface Workload extends WorkloadFacts {
  needs(params: Params): Needs;
  /** Types of the values that it allocates. Steps name a type by its number; see typeAt. */
  readonly types?: TypeTable;
  /**
   * Builds a heap on M 0 before goroutines run. Collections are off, so it may keep references in
   * JavaScript variables.
   */
  build?(m: Mem, m0: MRef, params: Params): void;
  /** The program. A step returns the index of the next step, or another result of runtime/goroutine.ts. */
  readonly steps: readonly Step[];
  /** The first step of the main goroutine, and the pointer slots of its frame. */
  readonly main: { readonly pc: number; readonly slots: number };
  /** Returns the initial ints of the main goroutine, at most 32. @param seed the seed of the run */
  args(params: Params, seed: number): readonly number[];
  /** Returns the lines that the finished run prints. Reads the memory of the stopped machine. */
  report?(m: Mem, params: Params): readonly string[];
}

/** The default export of a workload module. Each thread calls a function with its own toolkit. */
export type WorkloadModule = Workload | ((toolkit: Toolkit) => Workload);
