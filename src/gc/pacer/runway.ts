/**
 * The pacer of Go 1.18: the trigger is the goal less the runway, which is what the program allocates during a mark.
 *
 * The cons/mark ratio says how many quads the program allocates for each quad that is scanned, if both had the same processor time.
 * It is measured at the end of each mark. The runway follows from it, from the work of a mark, and from the part of the
 * processors that marks: then workers alone end the mark at the goal, and no allocation assists.
 *
 * The goal counts stacks and globals besides the live heap, because they are scanned, too.
 *
 * Source: gcControllerState in mgcpacer.go of Go 1.18 and 1.19. The ratio used is the greatest of the last four, as since Go 1.19;
 * Go 1.18 smoothed it by a controller of its own.
 */
import { between } from './between.ts';
import { GOAL_UTILIZATION } from './feedback.ts';

/** The least and the greatest trigger, of the way from the marked heap to the goal: "70 %" and "95 %". */
const LEAST = 0.7;
const GREATEST = 0.95;

/**
 * Returns the cons/mark ratio of a mark.
 * @param allocatedQ what the program allocated during the mark
 * @param scannedQ what was scanned
 * @param utilization the part of the processors that marked, without idle workers
 * @param idle the part of the processors that idle workers took
 */
export function consMark(allocatedQ: number, scannedQ: number, utilization: number, idle: number): number {
  if (allocatedQ <= 0 || scannedQ <= 0 || utilization >= 1) return 0;
  return (allocatedQ * (utilization + idle)) / (scannedQ * (1 - utilization));
}

/** Returns the quads that the program allocates while workers scan `workQ` quads. */
export function runway(ratio: number, workQ: number): number {
  return (ratio * workQ * (1 - GOAL_UTILIZATION)) / GOAL_UTILIZATION;
}

/** Returns the goal for `markedQ` live quads and `rootsQ` quads of stacks and globals; `growth` is 1 for GOGC=100. */
export function goalWithRoots(markedQ: number, rootsQ: number, growth: number): number {
  return markedQ + (markedQ + rootsQ) * growth;
}

/** Returns the heap at which a mark begins. */
export function triggerAt(markedQ: number, goalQ: number, runwayQ: number): number {
  const way = goalQ - markedQ;
  return between(goalQ - runwayQ, markedQ + LEAST * way, markedQ + GREATEST * way);
}
