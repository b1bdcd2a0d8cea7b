/** A mutant with where to look for it. */
import type { Mutant } from '../mutant.ts';

export interface KnownBug extends Mutant {
  /** The scenario that finds it soonest. */
  readonly scenario: string;
}
