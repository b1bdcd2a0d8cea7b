/**
 * The events of a lane in the order of a trace file: its slices as beginnings and ends, and the points at which flows
 * leave and enter.
 *
 *   1. Times become whole nanoseconds. Rounding keeps the order, so nested slices stay nested.
 *   2. A slice that contains another begins first and ends last. A slice begins after all that end at that moment.
 *   3. A flow leaves the slice that ends at its moment, and enters the slice that begins at its moment.
 */
import type { Timeline } from './timeline.ts';

type Lane = Timeline['lanes'][number];
type SliceEvent =
  | { readonly type: 'begin'; readonly atNs: number; readonly kind: number; readonly detail: string | undefined }
  | { readonly type: 'end'; readonly atNs: number };
/** `flow`: its index in the timeline. Work is published where a flow leaves, and taken where it enters. */
type FlowEvent = { readonly type: 'leave' | 'enter'; readonly atNs: number; readonly flow: number };
export type LaneEvent = SliceEvent | FlowEvent;

/** Returns the events of each lane in order of time. */
export function laneEvents({ lanes, flows }: Timeline): LaneEvent[][] {
  const leaving = lanes.map((): FlowEvent[] => []);
  const entering = lanes.map((): FlowEvent[] => []);
  for (const [flow, { from, to }] of flows.entries()) {
    leaving[from.lane].push({ type: 'leave', atNs: Math.round(from.atNs), flow });
    entering[to.lane].push({ type: 'enter', atNs: Math.round(to.atNs), flow });
  }
  // The sort is stable: at one moment flows leave, then slices end and begin, then flows enter.
  return lanes.map((lane, i): LaneEvent[] => [...leaving[i], ...sliceEvents(lane), ...entering[i]].sort((a, b) => a.atNs - b.atNs));
}

function* sliceEvents({ kind, startNs, durationNs, detail }: Lane): Generator<SliceEvent> {
  const order = startNs.map((_, i) => i).sort((a, b) => startNs[a] - startNs[b] || durationNs[b] - durationNs[a]);
  /** Ends of the slices that have begun, innermost last. */
  const open: number[] = [];
  for (const i of order) {
    const atNs = Math.round(startNs[i]);
    while (open.length > 0 && open[open.length - 1] <= atNs) yield { type: 'end', atNs: open.pop()! };
    yield { type: 'begin', atNs, kind: kind[i], detail: detail[i] };
    // The sum of start and duration may be off by its last digit.
    open.push(Math.min(Math.round(startNs[i] + durationNs[i]), open.at(-1) ?? Infinity));
  }
  while (open.length > 0) yield { type: 'end', atNs: open.pop()! };
}
