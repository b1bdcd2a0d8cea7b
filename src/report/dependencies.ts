/**
 * Which moments of a collection depend on moments of other threads: the flows that the timeline holds, and three that
 * follow from how a mark proceeds.
 *
 *   - Wake-up: a helper's first slice of marking depends on the collecting M, which wakes it before it marks itself.
 *   - Termination: marking ends when the last thread runs out of work. The final waits of the others, in getfull,
 *     end because of that moment.
 *   - Join: the collecting M waits for the last helper to be done.
 */
import { isMarking, type Collection } from './collections.ts';
import type { Timeline } from './timeline.ts';

type Moment = Timeline['flows'][number]['from'];

/** `to` comes after `from` because of it. */
export interface Dependency {
  readonly from: Moment;
  readonly to: Moment;
}

/** The slices of one lane that mark in a collection. */
interface Marking {
  readonly lane: number;
  /** When it began and when it was done. */
  readonly firstNs: number;
  readonly lastNs: number;
  /** Its last wait in getfull, if there is one. */
  readonly wait: { readonly fromNs: number; readonly toNs: number } | undefined;
}

/** Returns the timeline's flows, in their order, and the dependencies that no flow shows. */
export function dependenciesOf(timeline: Timeline, collection: Collection): Dependency[] {
  const marking = timeline.lanes.map((_, lane) => markingOf(timeline, lane, collection)).filter((each) => each !== undefined);
  return [...timeline.flows, ...wakeUps(marking, collection), ...terminations(marking), ...joins(marking, collection)];
}

function markingOf(timeline: Timeline, lane: number, { fromNs, toNs }: Collection): Marking | undefined {
  const { kind, startNs, durationNs } = timeline.lanes[lane];
  let firstNs = Infinity;
  let lastNs = 0;
  let wait: Marking['wait'];
  for (const [i, start] of startNs.entries()) {
    const name = timeline.kinds[kind[i]]?.name ?? '';
    const end = start + durationNs[i];
    if (!isMarking(name) || start < fromNs || end > toNs) continue;
    firstNs = Math.min(firstNs, start);
    lastNs = Math.max(lastNs, end);
    // Spinning, yielding and sleeping follow each other in one wait.
    if (name.startsWith('getfull')) wait = { fromNs: wait?.toNs === start ? wait.fromNs : start, toNs: end };
  }
  return firstNs <= lastNs ? { lane, firstNs, lastNs, wait } : undefined;
}

function wakeUps(marking: readonly Marking[], collection: Collection): Dependency[] {
  if (collection.lane < 0) return [];
  const own = marking.find(({ lane }) => lane === collection.lane)?.firstNs ?? Infinity;
  return marking
    .filter(({ lane }) => lane !== collection.lane)
    .map(({ lane, firstNs }) => ({ from: { lane: collection.lane, atNs: Math.min(firstNs, own) }, to: { lane, atNs: firstNs } }));
}

function terminations(marking: readonly Marking[]): Dependency[] {
  const waiting = marking.flatMap(({ lane, wait }) => (wait === undefined ? [] : [{ lane, ...wait }]));
  if (waiting.length === 0) return [];
  const last = waiting.reduce((a, b) => (b.fromNs > a.fromNs ? b : a));
  return waiting
    .filter(({ lane, toNs }) => lane !== last.lane && toNs >= last.fromNs)
    .map(({ lane, toNs }) => ({ from: { lane: last.lane, atNs: last.fromNs }, to: { lane, atNs: toNs } }));
}

function joins(marking: readonly Marking[], { lane: own, toNs, isJoined }: Collection): Dependency[] {
  if (!isJoined) return [];
  return marking.filter(({ lane }) => lane !== own).map(({ lane, lastNs }) => ({ from: { lane, atNs: lastNs }, to: { lane: own, atNs: toNs } }));
}
