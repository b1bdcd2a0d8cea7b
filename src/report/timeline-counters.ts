/** The counters of a timeline: the heap, its goal, unswept spans, full work buffers. */
import type { MachineEvent } from '../inspect/events.ts';
import { DOING, MOMENT, SAMPLE, WITHIN } from '../sync/event-kinds.ts';
import type { Window } from './timeline-slices.ts';
import type { Timeline } from './timeline.ts';

type Counter = Timeline['counters'][number];

/** A value from a moment on. */
type Point = readonly [atNs: number, value: number];

/** The most points of a counter: the last ones are kept. */
const MOST_POINTS = 5000;

/** Returns the counters with a value in `window`. A counter holds its value until the next point. */
export function countersOf(events: readonly MachineEvent[], window: Window): Counter[] {
  return [
    counter('heap live', 'bytes', samples(events, SAMPLE.heapLive), window),
    counter('next_gc goal', 'bytes', samples(events, SAMPLE.nextGc), window),
    counter('spans unswept', 'count', [...samples(events, SAMPLE.unswept), ...sweeps(events)], window),
    counter('full work buffers', 'count', fullBuffers(events), window),
  ].filter(({ atNs }) => atNs.length > 0);
}

function samples(events: readonly MachineEvent[], which: number): Point[] {
  return events.filter(({ kind, detail }) => kind === MOMENT.sample && detail === which).map(({ startNs, endNs }) => [startNs, endNs]);
}

function sweeps(events: readonly MachineEvent[]): Point[] {
  return events.filter(({ kind }) => kind === WITHIN.sweepSpans).map(({ endNs, detail }) => [endNs, detail]);
}

/** Counts puts and gets. All buffers are empty when the world is stopped for a collection, so a dropped event misleads no later one. */
function fullBuffers(events: readonly MachineEvent[]): Point[] {
  const points: Point[] = [];
  let full = 0;
  for (const { kind, startNs } of events.toSorted((a, b) => a.startNs - b.startNs)) {
    if (kind === DOING.stop) full = 0;
    else if (kind === MOMENT.put || kind === MOMENT.give) full++;
    else if (kind === MOMENT.get) full = Math.max(0, full - 1);
    else continue;
    points.push([startNs, full]);
  }
  return points.some(([, value]) => value > 0) ? points : [];
}

/** Keeps the points of `window`, after the last value before it, and of each run of equal values the first. */
function counter(name: string, unit: Counter['unit'], points: readonly Point[], { fromNs, toNs }: Window): Counter {
  const kept: Point[] = [];
  for (const [atNs, value] of points.toSorted((a, b) => a[0] - b[0])) {
    if (atNs > toNs || !(value >= 0)) continue;
    if (atNs <= fromNs) kept.length = 0;
    if (kept.at(-1)?.[1] !== value) kept.push([Math.max(atNs, fromNs), value]);
  }
  const last = kept.slice(-MOST_POINTS);
  return { name, unit, atNs: last.map(([atNs]) => atNs - fromNs), value: last.map(([, value]) => value) };
}
