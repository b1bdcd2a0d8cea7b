/** Knobs and settings of scenarios. */
import type { Operations } from './operation.ts';

/** A number that can be set for a scenario. */
export interface Knob {
  readonly name: string;
  readonly summary: string;
  /** All values. The first is the default; later ones are smaller or rarer. */
  readonly values: readonly number[];
}

/** The knobs' values by name; every scenario has `procs`. */
export type Knobs = { readonly procs: number } & Readonly<Record<string, number>>;

/** A setting of a scenario: everything that an execution depends on, except its schedule. */
export interface Setting {
  readonly knobs: Knobs;
  /** Empty for a scenario without operations. */
  readonly operations: Operations;
}
