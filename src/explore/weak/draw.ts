/** How the random strategies choose what a load returns. */
import type { Rng } from '../rng.ts';

/** One load in `ONE_IN` that has older values returns one of them. */
const ONE_IN = 4;

/** Draws one of `count` values, mostly number 0. */
export function drawValue(rng: Rng, count: number): number {
  return rng.below(ONE_IN) === 0 ? 1 + rng.below(count - 1) : 0;
}
