/** Tests on the confidence intervals of a measurement. */
import type { ScaleResult } from './scaling.ts';

/** Without intervals, the ratio of two times that counts as a difference. */
const WIDE_MARGIN = 1.25;

/** Reports whether both bounds of the interval are finite. */
export function hasInterval({ interval }: Pick<ScaleResult, 'interval'>): boolean {
  return Number.isFinite(interval.low) && Number.isFinite(interval.high);
}

/** Reports whether the two times don't differ: the intervals overlap or, without intervals, the medians are close. */
export function areAlike(a: ScaleResult, b: ScaleResult): boolean {
  if (!hasInterval(a) || !hasInterval(b)) return Math.abs(Math.log(a.medianNs / b.medianNs)) < Math.log(WIDE_MARGIN);
  return a.interval.low <= b.interval.high && b.interval.low <= a.interval.high;
}
