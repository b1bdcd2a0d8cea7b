/** Times of loops on a machine where other programs may run. */
import { nanotime } from '../../base/clock.ts';

const ROUNDS = 400;

/**
 * Returns the ns of a step: the tenth percentile of rounds so short that most run undisturbed.
 * @param steps of all rounds together
 * @param run makes so many steps on from the state that the last call returned, and returns the next. A loop that began each
 * round anew would find in a cache what it loaded in the last.
 */
export function stepNs(steps: number, state: number, run: (steps: number, state: number) => number): number {
  const each = Math.ceil(steps / ROUNDS);
  const samples: number[] = [];
  let at = state;
  for (let round = 0; round < ROUNDS; round++) {
    const started = nanotime();
    at = run(each, at);
    samples.push((nanotime() - started) / each);
  }
  // The result is needed, or V8 would leave out the loop.
  if (Number.isNaN(at)) throw new Error('the state of a loop is not a number');
  return samples.sort((a, b) => a - b)[ROUNDS / 10];
}
