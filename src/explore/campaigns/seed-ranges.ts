/** Seeds that were run, by station. A lane's seeds are consecutive, so a campaign of any length has few ranges. */
import { SEEDS } from '../session.ts';

/** Disjoint ranges of seeds in ascending order: from `starts[i]` up to `ends[i]`, which is not part of it. */
interface Ranges {
  readonly starts: number[];
  readonly ends: number[];
}

export class SeedRanges {
  readonly #ranges = new Map<string, Ranges>();

  /**
   * Adds `count` seeds from `first` on, at the station with this key; 0 follows the last seed. If some of them are there, it adds
   * none.
   * @returns how many of them were there
   */
  add(station: string, first: number, count: number): number {
    const parts = first + count <= SEEDS ? [[first, first + count]] : [[first, SEEDS], [0, first + count - SEEDS]];
    const there = parts.reduce((sum, [start, end]) => sum + coveredIn(this.#of(station), start, end), 0);
    if (there === 0) for (const [start, end] of parts) if (start < end) join(this.#of(station), start, end);
    return there;
  }

  #of(station: string): Ranges {
    let ranges = this.#ranges.get(station);
    if (ranges === undefined) this.#ranges.set(station, (ranges = { starts: [], ends: [] }));
    return ranges;
  }
}

/** Returns the number of seeds from `start` up to `end` that the ranges have. */
function coveredIn({ starts, ends }: Ranges, start: number, end: number): number {
  let sum = 0;
  for (let i = firstAbove(ends, start); i < starts.length && starts[i] < end; i++) sum += Math.min(end, ends[i]) - Math.max(start, starts[i]);
  return sum;
}

/** Adds a range that overlaps none, and joins it with those that it touches. */
function join({ starts, ends }: Ranges, start: number, end: number): void {
  const at = firstAbove(starts, start);
  const touchesBefore = at > 0 && ends[at - 1] === start;
  const touchesAfter = at < starts.length && starts[at] === end;
  if (touchesBefore && touchesAfter) {
    ends.splice(at - 1, 1);
    starts.splice(at, 1);
  } else if (touchesBefore) ends[at - 1] = end;
  else if (touchesAfter) starts[at] = start;
  else {
    starts.splice(at, 0, start);
    ends.splice(at, 0, end);
  }
}

/** Returns the index of the first of the ascending `values` that is above `value`. */
function firstAbove(values: readonly number[], value: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
