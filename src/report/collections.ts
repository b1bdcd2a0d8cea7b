/**
 * The collections in a timeline, by the names of the kinds of slices.
 *
 *   1. A collection begins with a slice `stop`, on the lane of the collecting M. If that M scans roots again before
 *      the next stop, it marks twice in one pause: the second collection begins where the first ended.
 *   2. It ends with the mark: when the collecting M has waited for the last helper, or with the last slice of marking.
 *   3. A timeline that begins within a collection, and a predicted one, have no stop. The collecting M is then the one
 *      that does not wait at first: helpers wait for their wake-up.
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
  /** Whether the mark ended with the collecting M's wait for the last helper. */
  readonly isJoined: boolean;
}

const STOP = 'stop';
const ROOTS = 'roots';
const WAIT = 'wait';
/** Flushing is not among them: the collecting M also flushes after the mark. */
const MARKING = /^(?:roots?|scan|steal|handoff|getfull\b.*)$/;
const WAITING = /^(?:wait|getfull|spin|yield|sleep|idle|stopped|schedule|worldsema)/;

/** Kinds of slices, by name, in which a thread waits. */
export function isWaiting(kind: string): boolean {
  return WAITING.test(kind);
}

/** Kinds of slices, by name, that a thread has only while it takes part in a mark. */
export function isMarking(kind: string): boolean {
  return MARKING.test(kind);
}

/** A slice with the name of its kind. */
interface NamedSlice {
  readonly lane: number;
  readonly name: string;
  readonly startNs: number;
  readonly endNs: number;
}

/** Where a collection begins; lane -1 if the collecting M is not known. */
interface Start {
  readonly lane: number;
  readonly atNs: number;
}

/** Returns the collections of `timeline` in order. If nothing marks in it, the whole timeline counts as one. */
export function collectionsOf(timeline: Timeline): Collection[] {
  const slices = relevantSlices(timeline);
  const starts = startsOf(slices);
  const parts = starts.map((): NamedSlice[] => []);
  let at = 0;
  for (const slice of slices) {
    while (at + 1 < starts.length && starts[at + 1].atNs <= slice.startNs) at++;
    parts[at].push(slice);
  }
  const found = starts.map((start, i) => collectionOf(start, parts[i])).filter((collection) => collection !== undefined);
  return found.length > 0 ? found : [{ lane: Math.min(0, timeline.lanes.length - 1), fromNs: 0, markNs: 0, toNs: timeline.endNs, isJoined: false }];
}

/** Returns the slices of stopping, marking and waiting for helpers, in order of their starts. */
function relevantSlices(timeline: Timeline): NamedSlice[] {
  const names = timeline.kinds.map(({ name }) => (name === STOP || name === WAIT || isMarking(name) ? name : undefined));
  return timeline.lanes
    .flatMap(({ kind, startNs, durationNs }, lane) => kind.flatMap((each, i) => {
      const name = names[each];
      return name === undefined ? [] : [{ lane, name, startNs: startNs[i], endNs: startNs[i] + durationNs[i] }];
    }))
    .sort((a, b) => a.startNs - b.startNs);
}

/** Returns where collections begin: first whatever precedes the first stop, then each stop and each further mark. */
function startsOf(slices: readonly NamedSlice[]): Start[] {
  const starts: Start[] = [{ lane: -1, atNs: -Infinity }];
  let hasRoots = false;
  let markedUntil = 0;
  for (const { lane, name, startNs, endNs } of slices) {
    if (name === STOP) {
      starts.push({ lane, atNs: startNs });
      hasRoots = false;
    }
    if (lane !== starts.at(-1)!.lane) continue;
    if (name === ROOTS && hasRoots) starts.push({ lane, atNs: markedUntil });
    if (name === ROOTS) hasRoots = true;
    if (name !== STOP) markedUntil = Math.max(hasRoots ? markedUntil : 0, endNs);
  }
  return starts.sort((a, b) => a.atNs - b.atNs);
}

/** Returns the collection with these slices; undefined if none of them marks. */
function collectionOf(start: Start, slices: readonly NamedSlice[]): Collection | undefined {
  const marking = slices.filter(({ name }) => isMarking(name));
  if (marking.length === 0) return undefined;
  const markNs = marking[0].startNs;
  const lane = start.lane >= 0 ? start.lane : laneWithoutWait(slices);
  const marked = marking.reduce((latest, { endNs }) => Math.max(latest, endNs), 0);
  const join = slices.findLast((slice) => slice.lane === lane && slice.name === WAIT && slice.startNs > markNs);
  return {
    lane,
    fromNs: start.lane >= 0 ? start.atNs : slices[0].startNs,
    markNs,
    toNs: Math.max(marked, join?.endNs ?? 0),
    isJoined: join !== undefined && join.endNs >= marked,
  };
}

/** Returns the first lane that marks without having waited; if all wait at first, the lane of the first slice. */
function laneWithoutWait(slices: readonly NamedSlice[]): number {
  const waiting = new Set<number>();
  for (const { lane, name } of slices) {
    if (name === WAIT) waiting.add(lane);
    else if (!waiting.has(lane)) return lane;
  }
  return slices[0].lane;
}
