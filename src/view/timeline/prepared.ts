/** A timeline prepared for drawing: columns by lane and level, in which a moment is found by bisection. */
import { collectionsOf, type Collection } from '../../report/collections.ts';
import { lineOf, nestingOf, NO_KIND, type Nesting } from '../../report/lane-slices.ts';
import type { Timeline } from '../../report/timeline.ts';
import type { Range } from './range.ts';

/** The slices of one depth of a lane, in order. They don't overlap. */
export interface Level {
  readonly startNs: Float64Array;
  readonly endNs: Float64Array;
  readonly kind: Int32Array;
  /** Index of the slice in the lane. */
  readonly slice: Int32Array;
}

/** A slice, by its place in the timeline. */
export interface SliceRef {
  readonly lane: number;
  readonly slice: number;
}

export interface Prepared {
  /** Of its document and itself. */
  readonly name: string;
  readonly timeline: Timeline;
  readonly nestings: readonly Nesting[];
  /** By lane and depth. */
  readonly levels: readonly (readonly Level[])[];
  readonly collections: readonly Collection[];
  readonly sliceCount: number;
}

/** A slice in words. */
export interface Facts extends SliceRef {
  readonly laneName: string;
  readonly kind: string;
  readonly about: string;
  readonly startNs: number;
  readonly durationNs: number;
  readonly detail: string | undefined;
}

export function prepare(name: string, timeline: Timeline): Prepared {
  const nestings = timeline.lanes.map(nestingOf);
  return {
    name,
    timeline,
    nestings,
    levels: nestings.map((nesting, lane) => levelsOf(timeline.lanes[lane], nesting)),
    collections: collectionsOf(timeline),
    sliceCount: nestings.reduce((sum, { slice }) => sum + slice.length, 0),
  };
}

function levelsOf(lane: Timeline['lanes'][number], { slice, depth, endNs, levels }: Nesting): Level[] {
  return Array.from({ length: levels }, (_, level) => {
    const here = [...slice.keys()].filter((i) => depth[i] === level);
    return {
      startNs: Float64Array.from(here, (i) => lane.startNs[slice[i]]),
      endNs: Float64Array.from(here, (i) => endNs[i]),
      kind: Int32Array.from(here, (i) => lane.kind[slice[i]]),
      slice: Int32Array.from(here, (i) => slice[i]),
    };
  });
}

/** Returns the first index of ascending `values` whose value is greater than `value`. */
export function firstAfter(values: Float64Array, value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Returns the slice of `level` at `atNs`, or one that is at most `nearNs` away; undefined if there is none. */
export function sliceAt(level: Level, atNs: number, nearNs: number): number | undefined {
  const next = firstAfter(level.startNs, atNs);
  if (next > 0 && level.endNs[next - 1] >= atNs) return level.slice[next - 1];
  const before = next > 0 ? atNs - level.endNs[next - 1] : Infinity;
  const after = next < level.startNs.length ? level.startNs[next] - atNs : Infinity;
  if (Math.min(before, after) > nearNs) return undefined;
  return level.slice[before <= after ? next - 1 : next];
}

export function factsOf({ timeline }: Prepared, { lane, slice }: SliceRef): Facts {
  const { name, kind, startNs, durationNs, detail } = timeline.lanes[lane];
  const known = timeline.kinds[kind[slice]];
  return { lane, slice, laneName: name, kind: known?.name ?? '?', about: known?.about ?? '', startNs: startNs[slice], durationNs: durationNs[slice], detail: detail[slice] };
}

/** Returns all slices, the longest first. */
export function longestOf(prepared: Prepared): Facts[] {
  return prepared.timeline.lanes
    .flatMap(({ kind }, lane) => kind.map((_, slice) => factsOf(prepared, { lane, slice })))
    .sort((a, b) => b.durationNs - a.durationNs || a.startNs - b.startNs || a.lane - b.lane);
}

/** Returns for each lane its time by kind in `range`, ns. A moment counts for the innermost slice. */
export function totalsOf({ timeline, nestings }: Prepared, { fromNs, toNs }: Range): number[][] {
  return timeline.lanes.map((lane, i) => {
    const totals = timeline.kinds.map(() => 0);
    for (const stretch of lineOf(lane, nestings[i], fromNs, toNs)) {
      if (stretch.kind !== NO_KIND && stretch.kind < totals.length) totals[stretch.kind] += stretch.toNs - stretch.fromNs;
    }
    return totals;
  });
}
