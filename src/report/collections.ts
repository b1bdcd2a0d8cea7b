/**
 * The collections in a timeline, by the names of the kinds of slices.
 *
 * A collection begins with the slice `stop`, on the lane of the collecting M, and ends with the mark: with the last
 * slice of marking before the next `stop`. A timeline that begins within a collection, and a predicted one, have no
 * `stop`; the collecting M is the one that marked first.
 */
import type { Timeline } from './timeline.ts';

export interface Collection {
  readonly fromNs: number;
  /** The end of the mark. */
  readonly toNs: number;
  /** When the first thread began to mark. */
  readonly markNs: number;
  /** The lane that collects and wakes the others; -1 without lanes. */
  readonly lane: number;
}

const STOP = 'stop';
const MARKING = /^(?:roots?|scan|steal|handoff|flush|getfull\b.*)$/;
const WAITING = /^(?:wait|getfull|spin|yield|sleep|idle|stopped|schedule|worldsema)/;

/** Kinds of slices, by name, in which a thread waits. */
export function isWaiting(kind: string): boolean {
  return WAITING.test(kind);
}

/** Kinds of slices, by name, that a thread has only while it takes part in a mark. */
export function isMarking(kind: string): boolean {
  return MARKING.test(kind);
}

interface Start {
  readonly lane: number;
  readonly atNs: number;
}

/** Returns the collections of `timeline` in order. If nothing marks in it, the whole timeline counts as one. */
export function collectionsOf(timeline: Timeline): Collection[] {
  const marking = timeline.kinds.map(({ name }) => isMarking(name));
  const stops = startsOf(timeline, (kind) => timeline.kinds[kind]?.name === STOP);
  const found: { -readonly [Key in keyof Collection]: Collection[Key] }[] = stops.map(({ lane, atNs }) => ({ lane, fromNs: atNs, markNs: Infinity, toNs: 0 }));
  found.unshift({ lane: -1, fromNs: Infinity, markNs: Infinity, toNs: 0 });
  for (const [lane, { kind, startNs, durationNs }] of timeline.lanes.entries()) {
    let at = 0;
    for (const [i, start] of startNs.entries()) {
      if (!marking[kind[i]]) continue;
      while (at + 1 < found.length && found[at + 1].fromNs <= start) at++;
      const collection = found[at];
      if (collection.lane < 0 || (at === 0 && start < collection.fromNs)) collection.lane = lane;
      collection.fromNs = Math.min(collection.fromNs, start);
      collection.markNs = Math.min(collection.markNs, start);
      collection.toNs = Math.max(collection.toNs, start + durationNs[i]);
    }
  }
  const marked = found.filter(({ fromNs, toNs }) => toNs > fromNs);
  return marked.length > 0 ? marked : [{ lane: Math.min(0, timeline.lanes.length - 1), fromNs: 0, markNs: 0, toNs: timeline.endNs }];
}

/** Returns when the slices of the kinds that `wanted` accepts begin, in order. */
function startsOf(timeline: Timeline, wanted: (kind: number) => boolean): Start[] {
  return timeline.lanes
    .flatMap(({ kind, startNs }, lane) => kind.flatMap((each, i) => (wanted(each) ? [{ lane, atNs: startNs[i] }] : [])))
    .sort((a, b) => a.atNs - b.atNs);
}

/**
 * Returns for each other lane its wake-up by the collecting M as a flow: from when that M began to mark, or before,
 * to the lane's first slice of marking.
 */
export function wakeUpsOf(timeline: Timeline, collection: Collection): Pick<Timeline['flows'][number], 'from' | 'to'>[] {
  if (collection.lane < 0) return [];
  const first = timeline.lanes.map(({ kind, startNs }) => {
    const i = startNs.findIndex((start, at) => start >= collection.fromNs && start <= collection.toNs && isMarking(timeline.kinds[kind[at]]?.name ?? ''));
    return i < 0 ? Infinity : startNs[i];
  });
  return first.flatMap((atNs, lane) => {
    if (lane === collection.lane || atNs === Infinity) return [];
    return [{ from: { lane: collection.lane, atNs: Math.min(atNs, first[collection.lane]) }, to: { lane, atNs } }];
  });
}
