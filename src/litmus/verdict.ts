/** The words for what a memory model says of a result, in tables and on the page. */

/** What each word means, in the order of a legend. */
export const VERDICTS = {
  '-': 'forbidden, and not reached by exploration',
  reached: 'allowed, and reached by exploration',
  allowed: 'allowed, but no order of the accesses gives it, so exploration does not reach it: a load would see a store that is made later (load buffering), or memory at the end would not hold the last stores',
  'not found': 'allowed, and not reached before the search ended: give it more time',
  WRONG: 'forbidden, and reached by exploration: an error of sweepgen',
} as const;
export type LitmusVerdict = keyof typeof VERDICTS;

/**
 * @param isAllowed by the axioms
 * @param isReached by exploration
 * @param isComplete whether exploration has run every interleaving
 */
export function verdictOn(isAllowed: boolean, isReached: boolean, isComplete: boolean): LitmusVerdict {
  if (!isAllowed) return isReached ? 'WRONG' : '-';
  if (isReached) return 'reached';
  return isComplete ? 'allowed' : 'not found';
}
