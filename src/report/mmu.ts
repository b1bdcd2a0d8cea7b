/**
 * Minimum mutator utilization (MMU): of all windows of one length within a run, the least share of time that the program
 * had. It is exact over the intervals of the pauses.
 *
 * 1. The time paused in a window is a function of the window's start. It is continuous, and linear between the
 *    positions at which an end of the window meets an end of a pause.
 * 2. Its slope is 1 where only the end of the window is in a pause, -1 where only its start is, and else 0. It stops rising where
 *    the end leaves a pause or the start enters one. From the first of these it stays level until the start enters a pause,
 *    or until it rises again, or to the last window of the run. So a window that starts with a pause has the maximum, or the last window has.
 * 3. The time paused before a moment is a sum over the earlier pauses, which are in order, and a part of one. Both are
 *    found by walking on as the windows of step 2 move on, so each length takes time proportional to the pauses.
 *
 * Source: Cheng and Blelloch, A parallel, real-time garbage collector, PLDI 2001.
 */

/** The pauses of a run, in order, none overlapping another. */
export interface Pauses {
  readonly startNs: readonly number[];
  readonly durationNs: readonly number[];
  /** The length of the run: no pause ends later. */
  readonly endNs: number;
}

export interface Utilization {
  /** The length of the windows. */
  readonly windowNs: number;
  /** The least share of the program, 0 to 1. */
  readonly share: number;
}

/** Returns the MMU of windows of `windowNs`; a window longer than the run counts as the run. */
export function utilizationOf(pauses: Pauses, windowNs: number): number {
  const { startNs, endNs } = pauses;
  const window = Math.min(windowNs, endNs);
  if (window <= 0) return startNs.length === 0 ? 1 : 0;
  const beforeStart = pausedBefore(pauses);
  const beforeEnd = pausedBefore(pauses);
  let most = 0;
  for (const start of startNs) if (start + window <= endNs) most = Math.max(most, beforeEnd(start + window) - beforeStart(start));
  most = Math.max(most, beforeEnd(endNs) - beforeStart(endNs - window));
  return Math.min(1, Math.max(0, 1 - most / window));
}

/** Returns a function that gives the time paused before a moment, for moments in ascending order. */
function pausedBefore({ startNs, durationNs }: Pauses): (moment: number) => number {
  let next = 0;
  let sum = 0;
  return (moment) => {
    while (next < startNs.length && startNs[next] + durationNs[next] <= moment) sum += durationNs[next++];
    return sum + (next < startNs.length ? Math.max(0, moment - startNs[next]) : 0);
  };
}

/** The shortest window of a curve. */
const SHORTEST_NS = 1e6;
/** Lengths in each power of ten. */
const PER_DECADE = 20;

/** Returns the MMU for windows from 1 ms to the whole run, in equal steps of the logarithm. */
export function utilizationCurve(pauses: Pauses): Utilization[] {
  const { endNs } = pauses;
  const curve: Utilization[] = [];
  for (let step = 0; ; step++) {
    const windowNs = SHORTEST_NS * 10 ** (step / PER_DECADE);
    if (windowNs >= endNs) break;
    curve.push({ windowNs, share: utilizationOf(pauses, windowNs) });
  }
  if (endNs > 0) curve.push({ windowNs: endNs, share: utilizationOf(pauses, endNs) });
  return curve;
}

/** Returns the least of `values` that at least `share` of them don't exceed (the nearest rank). Precondition: not empty. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
