/**
 * A scenario: a small machine, what its threads do, and what must hold at the end. Its program
 * is plain code over `m` in `programs/`, exported by entry.ts, so that it is made into
 * coroutines (and mutated) with the core that it calls.
 */
import type { MachineShape } from '../../memory/map.ts';
import type { Coroutine } from '../../rewrite/generated.ts';
import type { Core } from '../load.ts';
import type { Operation, Operations } from './operation.ts';

/** A number that can be set of a scenario. */
export interface Knob {
  readonly name: string;
  readonly summary: string;
  /** All it can be; the first is the default, the later ones smaller or stranger. */
  readonly values: readonly number[];
}

/** The knobs' values by name; every scenario has `procs`. */
export type Knobs = { readonly procs: number } & Readonly<Record<string, number>>;

/** One setting of a scenario: what an execution depends on beside its schedule. */
export interface Setting {
  readonly knobs: Knobs;
  /** Empty for a scenario without operations. */
  readonly operations: Operations;
}

export interface Scenario {
  readonly name: string;
  /** One line for `--list`. */
  readonly summary: string;
  readonly knobs: readonly Knob[];
  /** A canary: the source as it is fails in it, and exploration that doesn't see that sees nothing. */
  readonly mustFail?: boolean;
  shape(knobs: Knobs): MachineShape;
  /** What its threads do unless told otherwise; a scenario whose threads do one thing has none. */
  operations?(knobs: Knobs): Operations;
  /** Is the operation of thread `index` never left out, because the others mean something only with it? None is unless given. */
  keeps?(operation: Operation, index: number, knobs: Knobs): boolean;
  /** Names what the operation of thread `index` belongs to: those of one name are left out together. Undefined for one that stands alone. */
  bond?(operation: Operation, index: number, knobs: Knobs): string | number | undefined;
  /** Builds its memory with `core`, which may have a mutant in it. */
  prepare(core: Core, setting: Setting, makeOracle: MakeOracle): Prepared;
}

/** The knob that every scenario has. */
export function procsKnob(...values: readonly number[]): Knob {
  return { name: 'procs', summary: 'Ps of the machine', values };
}

/** The values of all knobs of `scenario`: those in `given`, else the defaults. */
export function knobsOf(scenario: Scenario, given: Readonly<Record<string, number>> = {}): Knobs {
  const values = Object.fromEntries(scenario.knobs.map(({ name, values: [first] }) => [name, given[name] ?? first]));
  return values as Knobs;
}

/** The setting with these knobs, and the operations that go with them. */
export function settingOf(scenario: Scenario, given?: Readonly<Record<string, number>>): Setting {
  const knobs = knobsOf(scenario, given);
  return { knobs, operations: scenario.operations?.(knobs) ?? [] };
}

/** A scenario ready to be explored: what `Explorer` wants to know of it. */
export interface Prepared {
  /** The memory that each execution begins with. */
  readonly template: Int32Array;
  /** The ledger that goes with it; a scenario without a heap has none. */
  readonly ledger?: Float64Array;
  readonly threads: readonly ((m: Int32Array) => Coroutine)[];
  /** What the threads are called in reports. */
  readonly names: readonly string[];
  /** After all threads have finished: what is wrong, a line each, or ''. */
  readonly check: (m: Int32Array, results: readonly unknown[]) => string;
  readonly stepLimit: number;
  /** The name that the scenario itself gives to a word; undefined if it gives none. */
  readonly nameOf?: (m: Int32Array, at: number) => string | undefined;
  /**
   * For a scenario of the user's: lines about what a thread has thrown, with the place in the module.
   * `calls` are the sites of the calls that the thread was in, outermost first.
   */
  readonly blame?: (thrown: unknown, calls: readonly number[]) => readonly string[];
}

/** Looks at the heap while the world stands still. */
export interface Oracle {
  /** The memory was set back to its beginning. */
  forget(): void;
  check(point: number): { readonly problems: readonly { readonly code: string; readonly message: string }[] };
}

export type MakeOracle = (m: Int32Array) => Oracle;
