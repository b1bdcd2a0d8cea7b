/** A mutant with where to look for it. */
import type { Mutant } from '../mutant.ts';

export interface KnownBug extends Mutant {
  /** The scenarios that should see it; the first finds it soonest. */
  readonly scenarios: readonly string[];
}
