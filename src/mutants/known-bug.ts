/** A mutant and the scenarios that find it. */
import type { Mutant } from './mutant.ts';

export interface KnownBug extends Mutant {
  /** The scenarios that should find it; the first one finds it soonest. */
  readonly scenarios: readonly string[];
  /** The weak memory model that finds it; sequential consistency by default, and under it such a mutant is none. */
  readonly memory?: 'tso' | 'js';
  /** Executions of the first scenario within which tests must find it, if more than the default. */
  readonly executions?: number;
}
