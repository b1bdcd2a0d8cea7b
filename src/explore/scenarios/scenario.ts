/**
 * A scenario: a small machine, the work of its threads, and a check of the result.
 *
 * Its program is plain code over `m`. It is bundled with the core that it calls, so it is made into
 * coroutines, and mutated, together with the core. A new scenario is one file; see module.ts.
 */
import { plural } from '../../base/units.ts';
import type { MachineShape } from '../../memory/map.ts';
import type { Coroutine } from '../../rewrite/generated.ts';
import type { Trial } from '../explore-options.ts';
import type { Core } from '../load.ts';
import type { Monitor } from '../monitor.ts';
import type { ToldHistory } from '../oracles/history.ts';
import type { Operation, Operations } from './operation.ts';
import type { Knob, Knobs, Setting } from './setting.ts';

export type { Knob, Knobs, Setting };

export interface Scenario {
  readonly name: string;
  /** One line for `--list`. */
  readonly summary: string;
  readonly knobs: readonly Knob[];
  /** A canary: the unchanged source fails in it, and an exploration that finds nothing here is broken. */
  readonly mustFail?: boolean;
  /** What runs at once: threads of ordinary code; Ps of the machine by default. */
  readonly runs?: 'thread';
  shape(knobs: Knobs): MachineShape;
  /** The default operations. A scenario whose threads do one thing has none. */
  operations?(knobs: Knobs): Operations;
  /** Reports whether this operation of thread `index` must be kept, because others depend on it. By default none must. */
  keeps?(operation: Operation, index: number, knobs: Knobs): boolean;
  /** Returns the group of this operation of thread `index`: a group is left out as a whole. Undefined for no group. */
  bond?(operation: Operation, index: number, knobs: Knobs): string | number | undefined;
  /** Prepares the memory with `core`, which may contain a mutant. */
  prepare(core: Core, setting: Setting, makeOracle: MakeOracle): Prepared;
}

/** Returns the knob that every scenario has. */
export function procsKnob(...values: readonly number[]): Knob {
  return { name: 'procs', summary: 'Ps of the machine', values };
}

/** Returns `3 Ps`, or `3 threads`. */
export function sizeOf({ runs }: Pick<Scenario, 'runs'>, { procs }: Knobs): string {
  return plural(procs, runs ?? 'P');
}

/** Returns the values of all knobs of `scenario`: those in `given`, else the defaults. */
export function knobsOf(scenario: Scenario, given: Readonly<Record<string, number>> = {}): Knobs {
  const values = Object.fromEntries(scenario.knobs.map(({ name, values: [first] }) => [name, given[name] ?? first]));
  return values as Knobs;
}

/** Returns the setting with the knobs in `given` and their default operations. */
export function settingOf(scenario: Scenario, given?: Readonly<Record<string, number>>): Setting {
  const knobs = knobsOf(scenario, given);
  return { knobs, operations: scenario.operations?.(knobs) ?? [] };
}

/** A scenario that is prepared for an `Explorer`. */
export interface Prepared {
  /** The memory that each execution begins with. */
  readonly template: Int32Array;
  /** The ledger that each execution begins with. A scenario without a heap has none. */
  readonly ledger?: Float64Array;
  readonly threads: readonly ((m: Int32Array) => Coroutine)[];
  /** Names of the threads in reports. */
  readonly names: readonly string[];
  /** Examines the memory after all threads have finished. Returns the problems, one line each, or ''. */
  readonly check: (m: Int32Array, results: readonly unknown[]) => string;
  readonly stepLimit: number;
  /** Returns the place of a site in the source. */
  readonly placeOf?: (site: number) => string;
  /** Returns the scenario's own name for the word `at`; undefined if it has none. */
  readonly nameOf?: (m: Int32Array, at: number) => string | undefined;
  /**
   * For a user's scenario: returns lines about an error that a thread threw, with its place in the module.
   * `calls` are the sites of the thread's active calls, outermost first.
   */
  readonly blame?: (thrown: unknown, calls: readonly number[]) => readonly string[];
  /** The module's own code is explored: an error that a thread throws is a finding, and there is no machine to describe. */
  readonly exploresModule?: boolean;
  /** Reports whether threads that are left waiting for ever are right to wait. By default they are not. */
  readonly mayWait?: () => boolean;
  /** What it takes to try, after a deadlock, whether a thread would go on. */
  readonly trial?: Trial;
  /** They watch each execution, whatever monitors are asked for. They need the hooked variant of the core. */
  readonly watchers?: readonly Monitor[];
  /** A check looks at the memory after each access. */
  readonly isWatched?: boolean;
  /** The order in time of operations is judged. */
  readonly isTimed?: boolean;
  /** Threads may wait on words without sleeping, by Atomics.waitAsync. */
  readonly waitsAsync?: boolean;
  /** Returns lines about the last execution that explain a deadlock or a livelock. */
  readonly story?: () => readonly string[];
  /** Returns the operations of the last execution, if a spec judges them. */
  readonly history?: () => ToldHistory;
  /** Formats a value of the word `at` that is no 32-bit number; undefined for one that is. */
  readonly show?: (at: number, value: number) => string | undefined;
}

/** Verifies the heap while the world is stopped. */
export interface Oracle {
  /** Forgets former checks: the memory has been restored. */
  forget(): void;
  check(point: number): { readonly problems: readonly { readonly code: string; readonly message: string }[] };
}

/** Makes an oracle for `m`, which may read what was written from the flags of memory/write-flags.ts. */
export type MakeOracle = (m: Int32Array, writes: Uint8Array) => Oracle;
