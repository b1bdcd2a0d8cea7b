/**
 * The time that collections take from the program, as a share of all Ps, and the minimum mutator utilization (MMU) with
 * it: of all windows of one length within a run, the least share of the Ps' time that the program had.
 *
 *   1. A stopped world takes all Ps. While a mark goes on concurrently with the program, assists and background workers take a share
 *      of them. The log has the sums of a mark, so their share is the mean of that mark. Idle workers take nothing.
 *   2. The time taken in a window is a continuous function of the window's start, and linear between the positions at which an
 *      end of the window meets an end of an interval. So it has its maximum at one of these positions.
 *
 * Source: Cheng and Blelloch, A parallel, real-time garbage collector, PLDI 2001; the utilization over all Ps is that of
 * go tool trace.
 */
import type { Cycle } from '../gc/cycle-log.ts';
import { pauseOf, stoppedWorlds } from '../gc/stopped-worlds.ts';
import type { Utilization } from './mmu.ts';

/** An interval in which a share of the Ps is taken. Intervals are in order, and none overlaps another. */
export interface Taken {
  /** From the start of the run. */
  readonly startNs: number;
  readonly endNs: number;
  /** 0 to 1. */
  readonly share: number;
}

/** Returns the Ps' time that assists and background workers of a collection have taken, ns. */
export function besideNs({ assistNs, dedicatedNs, fractionalNs }: Pick<Cycle, 'assistNs' | 'dedicatedNs' | 'fractionalNs'>): number {
  return assistNs + dedicatedNs + fractionalNs;
}

/** Returns what the collections of a run, which started at `startedNs` on the machine's clock, have taken of `procs` Ps. */
export function takenTime(cycles: readonly Cycle[], startedNs: number, procs: number): Taken[] {
  const taken: Taken[] = [];
  let before = 0;
  function add(from: number, to: number, share: number): void {
    const startNs = Math.max(before, from - startedNs);
    const endNs = to - startedNs;
    if (endNs <= startNs) return;
    if (share > 0) taken.push({ startNs, endNs, share });
    before = endNs;
  }
  for (const cycle of cycles) {
    const worlds = stoppedWorlds(cycle);
    for (const [i, world] of worlds.entries()) {
      if (i > 0) {
        const from = worlds[i - 1].endNs;
        add(from, world.startNs, Math.min(1, besideNs(cycle) / Math.max(1, (world.startNs - from) * procs)));
      }
      // The time of the oracle is nobody's.
      add(world.endNs - pauseOf(world), world.endNs, 1);
    }
  }
  return taken;
}

/** Returns the MMU of windows of `windowNs` in a run of `endNs`; a window longer than the run counts as the run. */
export function utilizationWith(taken: readonly Taken[], endNs: number, windowNs: number): number {
  const window = Math.min(windowNs, endNs);
  if (window <= 0) return taken.length === 0 ? 1 : 0;
  const before = takenBefore(taken);
  let most = 0;
  for (const { startNs, endNs: stopNs } of taken) {
    for (const edge of [startNs, stopNs]) {
      for (const at of [edge, edge - window]) {
        const start = Math.max(0, Math.min(at, endNs - window));
        most = Math.max(most, before(start + window) - before(start));
      }
    }
  }
  return Math.min(1, Math.max(0, 1 - most / window));
}

/** Returns a function that gives the time taken before a moment, in ns of all Ps. */
function takenBefore(taken: readonly Taken[]): (moment: number) => number {
  const sums = new Float64Array(taken.length + 1);
  for (const [i, { startNs, endNs, share }] of taken.entries()) sums[i + 1] = sums[i] + (endNs - startNs) * share;
  return (moment) => {
    let low = 0;
    let high = taken.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (taken[middle].startNs <= moment) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return 0;
    const { startNs, endNs, share } = taken[low - 1];
    return sums[low - 1] + (Math.min(moment, endNs) - startNs) * share;
  };
}

/** The shortest window of a curve. */
const SHORTEST_NS = 1e5;
/** Lengths in each power of ten. */
const PER_DECADE = 10;

/** Returns the MMU for windows from 0.1 ms to the whole run, in equal steps of the logarithm. */
export function utilizationCurveWith(taken: readonly Taken[], endNs: number): Utilization[] {
  const curve: Utilization[] = [];
  for (let step = 0; SHORTEST_NS * 10 ** (step / PER_DECADE) < endNs; step++) {
    const windowNs = Math.round(SHORTEST_NS * 10 ** (step / PER_DECADE));
    curve.push({ windowNs, share: utilizationWith(taken, endNs, windowNs) });
  }
  return curve;
}
