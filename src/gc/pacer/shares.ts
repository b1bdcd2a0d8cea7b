/**
 * The shares of marking: a quarter of the Ps, divided among workers as Go does it.
 *
 * Dedicated workers have a P for themselves. If whole Ps would miss the quarter by more than 30 %, there is one dedicated worker
 * less, and each other P gives a fraction of its time. Idle workers come on top: a P with nothing to run marks.
 *
 * Source: gcController.startCycle in mgc.go of Go 1.10.
 */
import { GOAL_UTILIZATION } from './feedback.ts';

/** The error of the utilization up to which whole Ps do. */
const MOST_ERROR = 0.3;

/** Returns the number of Ps with a dedicated worker. */
export function dedicatedWorkers(procs: number): number {
  const goal = procs * GOAL_UTILIZATION;
  const whole = Math.floor(goal + 0.5);
  return whole > goal && whole / goal - 1 > MOST_ERROR ? whole - 1 : whole;
}

/** Returns the part of its time that each P gives to its fractional worker; 0 for none. */
export function fractionalShare(procs: number): number {
  const goal = procs * GOAL_UTILIZATION;
  const dedicated = dedicatedWorkers(procs);
  return Math.abs(dedicated / goal - 1) > MOST_ERROR ? (goal - dedicated) / procs : 0;
}
