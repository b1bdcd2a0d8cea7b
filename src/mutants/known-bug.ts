/** A mutant with where to look for it. */
import type { Mutant } from './mutant.ts';

export interface KnownBug extends Mutant {
  /** The scenarios that should see it; the first finds it soonest. */
  readonly scenarios: readonly string[];
  /** In how many executions of the first one the tests must find it, where that takes more than others do. */
  readonly executions?: number;
}
