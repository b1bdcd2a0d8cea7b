/**
 * The assist ratio: the scan work that the program owes for what it allocates during a mark.
 *
 * The mark must end before the heap reaches its goal. So the work that is left, divided by the room that is left, is what
 * each allocated byte has to pay for. Two estimates are in use:
 *
 *   - As long as all goes well, the work expected is that of a heap in a steady state, and the room ends at the goal.
 *   - If the heap has passed its goal, or more has been scanned than was expected, the work is all that can be scanned,
 *     and the room ends at the hard goal, HARD_GOAL times the goal.
 *
 * Source: gcController.revise in mgc.go of Go 1.10.
 */

/** The most by which a heap whose program assists passes its goal, as a factor, besides what one step of each goroutine allocates. */
export const HARD_GOAL = 1.1;

/** The least work left, in quads: the estimate may be too low, and a ratio of 0 would let the program allocate for nothing. */
const LEAST_WORK_Q = 125;

/**
 * Returns the quads to scan for each quad allocated.
 * @param liveQ the heap now
 * @param goalQ the heap that the end of the mark should find
 * @param scannedQ what is scanned
 * @param expectedQ what a heap in a steady state needs to have scanned
 * @param mostQ all that there may be to scan
 */
export function workPerQuad(liveQ: number, goalQ: number, scannedQ: number, expectedQ: number, mostQ: number): number {
  const isLate = liveQ > goalQ || scannedQ > expectedQ;
  const room = (isLate ? goalQ * HARD_GOAL : goalQ) - liveQ;
  const work = (isLate ? mostQ : expectedQ) - scannedQ;
  return Math.max(LEAST_WORK_Q, work) / Math.max(1, room);
}
