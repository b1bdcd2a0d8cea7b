/** Where lanes and counters are on the canvas, in CSS pixels. */
import { firstAfter, sliceAt, type Prepared, type SliceRef } from './prepared.ts';
import { widthOf, type Range } from './range.ts';

export interface LaneBox {
  readonly top: number;
  /** Of one level. */
  readonly rowHeight: number;
  readonly levels: number;
  /** The middle of the band of the critical path. */
  readonly bandY: number;
}

export interface CounterBox {
  readonly top: number;
  readonly height: number;
}

export interface Layout {
  /** Where time begins: names are left of it. */
  readonly left: number;
  readonly lanes: readonly LaneBox[];
  readonly counters: readonly CounterBox[];
  readonly lanesBottom: number;
  readonly height: number;
}

/** Height of the axis, above the lanes. */
export const AXIS = 24;
const COUNTER = 44;
const COUNTER_GAP = 10;
/** Height of the band of the critical path, above each lane. */
const BAND = 7;
const LANE_GAP = 3;
/** Room right of the last moment. */
export const RIGHT = 8;
/** Row heights by the number of lanes. */
const ROWS = [{ lanes: 12, height: 20 }, { lanes: 24, height: 15 }, { lanes: 40, height: 11 }, { lanes: Infinity, height: 8 }] as const;

/** @param width of the canvas; 0 before it is known */
export function layoutOf({ timeline, levels }: Prepared, width: number): Layout {
  const rowHeight = ROWS.find(({ lanes }) => timeline.lanes.length <= lanes)!.height;
  let top = AXIS;
  const lanes = levels.map((each): LaneBox => {
    const box = { top: top + BAND, rowHeight, levels: Math.max(1, each.length), bandY: top + BAND / 2 };
    top += BAND + rowHeight * box.levels + LANE_GAP;
    return box;
  });
  const lanesBottom = top;
  const counters = timeline.counters.map((): CounterBox => {
    const box = { top: top + COUNTER_GAP, height: COUNTER };
    top += COUNTER_GAP + COUNTER;
    return box;
  });
  return { left: width < 500 ? 44 : 112, lanes, counters, lanesBottom, height: top + 4 };
}

/** Converts between time and pixels. Times are the timeline's own: the range is relative to `originNs`. */
export interface Scale {
  readonly x: (ns: number) => number;
  readonly ns: (x: number) => number;
  /** Of a pixel. */
  readonly nsPerPixel: number;
  /** What is in view, on the timeline's own clock. */
  readonly fromNs: number;
  readonly toNs: number;
}

export function scaleOf(range: Range, originNs: number, left: number, width: number): Scale {
  const pixels = Math.max(1, width - left - RIGHT);
  const nsPerPixel = widthOf(range) / pixels || 1;
  const fromNs = range.fromNs + originNs;
  return { x: (ns) => left + (ns - fromNs) / nsPerPixel, ns: (x) => fromNs + (x - left) * nsPerPixel, nsPerPixel, fromNs, toNs: range.toNs + originNs };
}

/** How far from a slice the pointer may be, in pixels. */
const NEAR = 3;

/** Returns the slice under the pointer. */
export function sliceUnder(prepared: Prepared, layout: Layout, scale: Scale, x: number, y: number): SliceRef | undefined {
  if (x < layout.left) return undefined;
  const lane = layout.lanes.findIndex(({ top, rowHeight, levels }) => y >= top && y < top + rowHeight * levels);
  if (lane < 0) return undefined;
  const level = prepared.levels[lane][Math.floor((y - layout.lanes[lane].top) / layout.lanes[lane].rowHeight)];
  const slice = level && sliceAt(level, scale.ns(x), NEAR * scale.nsPerPixel);
  return slice === undefined ? undefined : { lane, slice };
}

/** Returns the counter under the pointer and its value at that time; a counter holds its value until the next one. */
export function counterUnder({ timeline }: Prepared, layout: Layout, scale: Scale, x: number, y: number): { readonly counter: number; readonly value: number } | undefined {
  const counter = layout.counters.findIndex(({ top, height }) => y >= top && y < top + height);
  if (counter < 0 || x < layout.left) return undefined;
  const { atNs, value } = timeline.counters[counter];
  const at = firstAfter(Float64Array.from(atNs), scale.ns(x)) - 1;
  return at < 0 ? undefined : { counter, value: value[at] };
}
