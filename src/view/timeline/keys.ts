/** What keys do on the lanes. */
import { firstAfter, longestOf, type Prepared, type SliceRef } from './prepared.ts';
import { panned, widthOf, zoomed, type Range } from './range.ts';

const ZOOM = 1.5;
/** Of what is in view. */
const PAN = 0.15;

/** Returns what is in view after `key`; undefined if it is no key for that. */
export function rangeAfterKey(key: string, whole: Range, range: Range): Range | undefined {
  const middle = (range.fromNs + range.toNs) / 2;
  switch (key) {
    case 'w': case '+': case '=':
      return zoomed(whole, range, 1 / ZOOM, middle);
    case 's': case '-':
      return zoomed(whole, range, ZOOM, middle);
    case 'a': case 'ArrowLeft':
      return panned(whole, range, -PAN * widthOf(range));
    case 'd': case 'ArrowRight':
      return panned(whole, range, PAN * widthOf(range));
    case '0':
      return whole;
    default:
      return undefined;
  }
}

/** Returns the slice that `key` goes to from `at`: the next or last one of the lane, or one of the next or last lane at that time. */
export function sliceAfterKey(key: string, prepared: Prepared, { lane, slice }: SliceRef): SliceRef | undefined {
  switch (key) {
    case ']': case '[': {
      const order = prepared.nestings[lane].slice;
      const next = order[order.indexOf(slice) + (key === ']' ? 1 : -1)];
      return next === undefined ? undefined : { lane, slice: next };
    }
    case 'ArrowDown': case 'ArrowUp':
      return sliceOnNextLane(prepared, lane, prepared.timeline.lanes[lane].startNs[slice], key === 'ArrowDown' ? 1 : -1);
    default:
      return undefined;
  }
}

/** Returns the outermost slice at `atNs`, or the last one before, on the first lane with one from `lane` in the direction `step`. */
function sliceOnNextLane({ levels }: Prepared, lane: number, atNs: number, step: 1 | -1): SliceRef | undefined {
  for (let i = lane + step; i >= 0 && i < levels.length; i += step) {
    const level = levels[i].at(0);
    if (level !== undefined) return { lane: i, slice: level.slice[Math.max(0, firstAfter(level.startNs, atNs) - 1)] };
  }
  return undefined;
}

/** Returns the longest slice that is wholly in a part of the timeline, or else the longest of all. */
export function longestIn(prepared: Prepared, fromNs: number, toNs: number): SliceRef | undefined {
  const all = longestOf(prepared);
  return all.find(({ startNs, durationNs }) => startNs >= fromNs && startNs + durationNs <= toNs) ?? all[0];
}
