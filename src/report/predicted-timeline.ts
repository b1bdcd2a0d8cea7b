/** The timeline of a predicted mark, in virtual time. */
import { printable } from '../base/printable.ts';
import { plural } from '../base/units.ts';
import type { Activity, MarkActivity, MarkSlice } from '../model/mark-recorder.ts';
import type { Predicted } from '../model/predict.ts';
import type { Timeline } from './timeline.ts';
import { buildLanes } from './timeline-builder.ts';

const ABOUT: Readonly<Record<Activity, string>> = {
  roots: 'the parallel for over the roots',
  scan: 'scanning objects',
  'getfull spin': 'waiting for work, spinning',
  'getfull yield': 'waiting for work, yielding the processor',
  'getfull sleep': 'waiting for work, asleep',
  wait: 'asleep until another thread wakes it: before the mark, for a lock, or for the last helper',
  root: 'gathering roots and scanning what only they lead to',
  steal: 'looking for roots in the ranges of the other threads',
  handoff: 'handing off work to a waiting M',
};
const FLUSH = 'flush';
const FLUSH_ABOUT = 'returning the spans of the MCaches';

/** The roots in front of the stacks, in the order of gc/roots.ts. */
const ROOTS = ['data', 'bss', 'finalizers', 'span types', FLUSH] as const;

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
    ...buildLanes(names, named, new Map([...Object.entries(ABOUT), [FLUSH, FLUSH_ABOUT]])),
    flows: flows.map(({ kind, from, to }) => ({ kind, from: { ...from }, to: { ...to } })),
    counters: [],
    dropped,
  };
}

function isFlush({ activity, detail }: MarkSlice): boolean {
  return activity === 'root' && ROOTS[detail] === FLUSH;
}

function describe(slice: MarkSlice): string | undefined {
  const { activity, detail } = slice;
  if (activity === 'handoff') return plural(detail, 'object');
  if (activity !== 'root' || isFlush(slice)) return undefined;
  return detail < ROOTS.length ? ROOTS[detail] : `stack ${detail - ROOTS.length}`;
}
