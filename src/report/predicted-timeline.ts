/** The timeline of a predicted mark, in virtual time. */
import { printable } from '../base/printable.ts';
import { plural } from '../base/units.ts';
import { ROOT_FLUSH_CACHES } from '../gc/roots.ts';
import type { MarkActivity, MarkSlice } from '../model/mark-recorder.ts';
import type { Predicted } from '../model/predict.ts';
import { SLICES } from '../sync/event-kinds.ts';
import type { Timeline } from './timeline.ts';
import { buildLanes } from './timeline-builder.ts';
import { rootName } from './timeline-slices.ts';

/** As in a measured timeline, but for the waits: the model has no other kinds of them. */
const ABOUT: ReadonlyMap<string, string> = new Map([
  ...[...SLICES.values()].map(({ name, about }) => [name, about] as const),
  ['wait', 'asleep until another thread wakes it: before the mark, for a lock, or for the last helper'],
]);
const FLUSH = 'flush';

/** Returns the timeline of the prediction with the most threads that was recorded; undefined if none was. @param name of the heap */
export function predictedTimeline(name: string, results: readonly Predicted[]): Timeline | undefined {
  const recorded = results.findLast(({ activity }) => activity !== undefined);
  return recorded === undefined ? undefined : timelineOf(name, recorded.procs, recorded.activity!);
}

function timelineOf(name: string, procs: number, { slices, flows, dropped, endNs }: MarkActivity): Timeline {
  const names = Array.from({ length: procs }, (_, i) => `M ${i}`);
  const named = slices.map((slice) => ({ lane: slice.thread, kind: isFlush(slice) ? FLUSH : slice.activity, startNs: slice.startNs, endNs: slice.endNs, detail: describe(slice) }));
  return {
    name: `mark of ${printable(name)}, ${plural(procs, 'thread')}`,
    clock: 'virtual',
    endNs,
    ...buildLanes(names, named, ABOUT),
    flows: flows.map(({ kind, from, to }) => ({ kind, from: { ...from }, to: { ...to } })),
    counters: [],
    dropped,
  };
}

function isFlush({ activity, detail }: MarkSlice): boolean {
  return activity === 'root' && detail === ROOT_FLUSH_CACHES;
}

function describe(slice: MarkSlice): string | undefined {
  const { activity, detail } = slice;
  if (activity === 'handoff') return plural(detail, 'object');
  if (activity !== 'root' || isFlush(slice)) return undefined;
  return rootName(detail);
}
