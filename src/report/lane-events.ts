/**
 * The events of a timeline in the order of a trace file: slices as beginnings and ends, and the points at which flows
 * leave and enter lanes.
 *
 *   1. Times become whole nanoseconds. Rounding keeps the order, so nested slices stay nested.
 *   2. A slice that contains another begins first and ends last. A slice begins after all that end at that moment.
 *   3. At one moment flows leave, then slices end and begin, then flows enter. So a flow leaves the slice that ends at
 *      its moment, enters the slice that begins at its moment, and leaves before it enters.
 */
import type { Timeline } from './timeline.ts';

type SliceEvent =
  | { readonly type: 'begin'; readonly lane: number; readonly atNs: number; readonly kind: number; readonly detail: string | undefined }
  | { readonly type: 'end'; readonly lane: number; readonly atNs: number };
/** `flow`: its index in the timeline. Work is published where a flow leaves, and taken where it enters. */
type FlowEvent = { readonly type: 'leave' | 'enter'; readonly lane: number; readonly atNs: number; readonly flow: number };
export type LaneEvent = SliceEvent | FlowEvent;

/** Returns the events of all lanes in order of time. */
export function laneEvents({ lanes, flows }: Timeline): LaneEvent[] {
  const leaving = flows.map(({ from }, flow): FlowEvent => ({ type: 'leave', lane: from.lane, atNs: Math.round(from.atNs), flow }));
  const entering = flows.map(({ to }, flow): FlowEvent => ({ type: 'enter', lane: to.lane, atNs: Math.round(to.atNs), flow }));
  // The sort is stable.
  return [...leaving, ...lanes.flatMap((_, lane) => [...sliceEvents(lanes, lane)]), ...entering].sort((a, b) => a.atNs - b.atNs);
}

function* sliceEvents(lanes: Timeline['lanes'], lane: number): Generator<SliceEvent> {
  const { kind, startNs, durationNs, detail } = lanes[lane];
  const order = startNs.map((_, i) => i).sort((a, b) => startNs[a] - startNs[b] || durationNs[b] - durationNs[a]);
  /** Ends of the slices that have begun, innermost last. */
  const open: number[] = [];
  for (const i of order) {
    const atNs = Math.round(startNs[i]);
    while (open.length > 0 && open[open.length - 1] <= atNs) yield { type: 'end', lane, atNs: open.pop()! };
    yield { type: 'begin', lane, atNs, kind: kind[i], detail: detail[i] };
    // The sum of start and duration may be off by its last digit.
    open.push(Math.min(Math.round(startNs[i] + durationNs[i]), open.at(-1) ?? Infinity));
  }
  while (open.length > 0) yield { type: 'end', lane, atNs: open.pop()! };
}
