/** Makes a timeline of the events that a machine has recorded. */
import type { RecordedEvents } from '../inspect/event-log.ts';
import type { MachineEvent } from '../inspect/events.ts';
import { moved, withoutOracle } from './timeline-oracle.ts';
import { countersOf } from './timeline-counters.ts';
import { flowsOf } from './timeline-flows.ts';
import { isSlice, kindsOf, laneOf, type Window } from './timeline-slices.ts';
import type { CLOCKS, Timeline } from './timeline.ts';

/** The most slices of a timeline, and the most flows, unless the caller says otherwise: about 2 MB as JSON. */
export const MOST_SLICES = 20_000;

export interface TimelineOptions {
  readonly name: string;
  /** Default: measured. */
  readonly clock?: (typeof CLOCKS)[number];
  /** The part to show, on the clock of the events; see collectionWindow. Default: all of it. */
  readonly window?: Window;
  /** The most slices; the earliest are left out. */
  readonly most?: number;
}

/**
 * Returns the timeline of `recorded`. It ends with the last slice, or with the window. If there are more than `most`
 * slices, it begins where the last slice that was left out ended, so all lanes are complete from its start. The time
 * of the oracle is left out.
 */
export function timelineOf(recorded: RecordedEvents, { name, clock = 'measured', window, most = MOST_SLICES }: TimelineOptions): Timeline {
  const map = withoutOracle(recorded.events);
  const events = recorded.events.map((event) => moved(event, map));
  const all = events.filter((event) => isSlice(event) && event.lane >= 0 && event.lane < recorded.lanes);
  const whole = window === undefined ? extentOf(all) : { fromNs: map(window.fromNs), toNs: map(window.toNs) };
  const inside = all.filter(({ startNs, endNs }) => endNs >= whole.fromNs && startNs <= whole.toNs);
  const { slices, fromNs } = lastOf(inside, most);
  const shown = { fromNs: Math.max(whole.fromNs, fromNs), toNs: whole.toNs };
  const { kinds, indexOf } = kindsOf(slices);
  const lanes = Array.from({ length: recorded.lanes }, (_, lane) => laneOf(`M ${lane}`, slices.filter((slice) => slice.lane === lane), shown, indexOf));
  return {
    name,
    clock,
    endNs: shown.toNs - shown.fromNs,
    kinds,
    lanes,
    flows: flowsIn(flowsOf(events, recorded.lanes), shown).slice(-most),
    counters: countersOf(events, shown),
    dropped: recorded.dropped,
    older: window === undefined ? recorded.older + inside.length - slices.length : 0,
  };
}

function extentOf(slices: readonly MachineEvent[]): Window {
  if (slices.length === 0) return { fromNs: 0, toNs: 0 };
  let [fromNs, toNs] = [Infinity, 0];
  for (const { startNs, endNs } of slices) {
    fromNs = Math.min(fromNs, startNs);
    toNs = Math.max(toNs, endNs);
  }
  return { fromNs, toNs };
}

/** Returns the `most` slices that ended last, and the moment at which the last of the others ended. */
function lastOf(slices: readonly MachineEvent[], most: number): { readonly slices: readonly MachineEvent[]; readonly fromNs: number } {
  if (slices.length <= most) return { slices, fromNs: 0 };
  const sorted = slices.toSorted((a, b) => b.endNs - a.endNs);
  return { slices: sorted.slice(0, most), fromNs: sorted[most].endNs };
}

function flowsIn(flows: readonly Timeline['flows'][number][], { fromNs, toNs }: Window): Timeline['flows'] {
  return flows
    .filter(({ from, to }) => from.atNs >= fromNs && to.atNs <= toNs)
    .map(({ kind, from, to }) => ({ kind, from: { ...from, atNs: from.atNs - fromNs }, to: { ...to, atNs: to.atNs - fromNs } }));
}
