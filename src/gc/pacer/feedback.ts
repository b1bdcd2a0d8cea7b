/**
 * The pacer of Go 1.5 to 1.17: feedback on the trigger ratio.
 *
 * The trigger ratio is the growth of the heap, relative to what the last mark found, at which a mark begins. After a mark two
 * errors correct it: how far the heap was from its goal at the end, and how far the processor time of marking was from its goal.
 * A mark that took more time than it should, because the program had to assist, counts as one during which the heap grew more.
 *
 * Source: gcController.endCycle in mgc.go of Go 1.5; the least and the greatest ratio are those of Go 1.12.
 */
import { between } from './between.ts';

/** The part of the processors that marks. */
export const GOAL_UTILIZATION = 0.25;
/** The part of the error by which the ratio is corrected. */
const GAIN = 0.5;
/** The least and the greatest trigger ratio, of the growth that GOGC allows: "60 %" and "95 %". */
const LEAST = 0.6;
const GREATEST = 0.95;
/** Returns `ratio` within its bounds for the growth that GOGC allows. */
export function boundedTrigger(ratio: number, growth: number): number {
  return between(ratio, LEAST * growth, GREATEST * growth);
}

/** The part of the growth at which the first mark begins. */
export const FIRST_TRIGGER = 7 / 8;

/**
 * Returns the trigger ratio of the next cycle.
 * @param ratio that of this cycle
 * @param growth the growth that GOGC allows, 1 for GOGC=100
 * @param actual the growth of the heap at the end of the mark
 * @param utilization the part of the processors that marked, workers and assists together
 */
export function nextTriggerRatio(ratio: number, growth: number, actual: number, utilization: number): number {
  const error = growth - ratio - (utilization / GOAL_UTILIZATION) * (actual - ratio);
  return boundedTrigger(ratio + GAIN * error, growth);
}
