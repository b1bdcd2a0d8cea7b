/** What the intervals of a measurement allow to be said. */
import type { ScaleResult } from './scaling.ts';

/** A ratio of two times that counts as a difference where there are no intervals. */
const WIDE_MARGIN = 1.25;

export function hasInterval({ interval }: Pick<ScaleResult, 'interval'>): boolean {
  return Number.isFinite(interval.low) && Number.isFinite(interval.high);
}

/** Whether the two can't be told apart. Without intervals only a wide margin tells them apart. */
export function areAlike(a: ScaleResult, b: ScaleResult): boolean {
  if (!hasInterval(a) || !hasInterval(b)) return Math.abs(Math.log(a.medianNs / b.medianNs)) < Math.log(WIDE_MARGIN);
  return a.interval.low <= b.interval.high && b.interval.low <= a.interval.high;
}
