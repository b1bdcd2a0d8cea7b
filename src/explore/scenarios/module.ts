/**
 * The form of a scenario in one file: its description and its program together.
 *
 * 1. A module in `modules/` exports one object: name, summary, knobs, and functions over `m`.
 * 2. A line of `modules/registry.ts` exports that object. The registry is part of the core's entry, so the
 *    functions over `m` are made into coroutines together with the core.
 * 3. `fromModules` (from-modules.ts) reads the description from the object as it is written, and takes the
 *    coroutines from the object of the same name in the core that an execution runs on.
 *
 * A module imports only code of the machine and types: all of it is bundled with the core.
 */
import type { MachineShape } from '../../memory/map.ts';
import type { Step } from '../../runtime/goroutine.ts';
import type { Words } from '../user-words.ts';
import type { Operation, Operations } from './operation.ts';
import type { Knob, Knobs, Setting } from './setting.ts';

interface Described {
  readonly name: string;
  /** One line for `--list`. */
  readonly summary: string;
  /** The numbers of Ps that it can have, the default first. */
  readonly procs: readonly number[];
  /** Beside `procs`. */
  readonly knobs?: readonly Knob[];
  /** Differences from a tiny machine (tiny-shape.ts). */
  shape?(knobs: Knobs): Partial<MachineShape>;
  /** A list for each thread. Any operation can be left out. Without it each thread does one thing. */
  operations?(knobs: Knobs): Operations;
  /** See `Scenario.keeps`. */
  keeps?(operation: Operation, index: number, knobs: Knobs): boolean;
  /** See `Scenario.bond`. */
  bond?(operation: Operation, index: number, knobs: Knobs): string | number | undefined;
  /** Names of words: a place, or [place, words], counted from the first word of the globals. */
  readonly words?: Words;
  /** The oracle is not consulted at the end: the heap is none that a program leaves. */
  readonly withoutOracle?: boolean;
  /** Prepares the memory on M 0, before the threads start. */
  build?(m: Int32Array, m0: number, setting: Setting): void;
  /** Runs after all threads have finished and the oracle has found nothing. Returns the problem, or ''. */
  check?(m: Int32Array, results: readonly unknown[], setting: Setting): string;
}

/** A scenario without a scheduler: each M runs one function. */
export interface ModulePerM extends Described {
  /** The work of M `index`. */
  run(m: Int32Array, index: number, operations: readonly Operation[], knobs: Knobs): unknown;
}

/** A scenario of a whole machine: goroutines run the steps, and collections happen only when the program forces them. */
export interface ModuleOfMachine extends Described {
  readonly steps: readonly Step[];
  /** The main goroutine's first step, and the slots of its frame. */
  readonly main: { readonly pc: number; readonly slots: number };
  /** The main goroutine's first ints. */
  args(knobs: Knobs): readonly number[];
}

export type ScenarioModule = ModulePerM | ModuleOfMachine;
