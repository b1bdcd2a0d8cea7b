/** The part of a recording that shows one collection. */
import type { RecordedEvents } from '../inspect/event-log.ts';
import { DOING } from '../sync/event-kinds.ts';
import { withoutOracle } from './timeline-oracle.ts';
import { isSlice, type Window } from './timeline-slices.ts';

/** Share of the collection that is shown before it and after it, but nothing of other collections. */
const MARGIN = 0.02;

/**
 * Returns the window from the stop of the world to its start, for the collection whose pause ended at `endNs`.
 * @param withSweep whether the window reaches until the next collection, so that it shows the sweep
 * @returns undefined if the log no longer holds the collection
 */
export function collectionWindow({ events }: RecordedEvents, endNs: number, withSweep = false): Window | undefined {
  const slices = events.filter(isSlice);
  const stop = lastBefore(slices.filter(({ kind, startNs }) => kind === DOING.stop && startNs < endNs).map(({ startNs }) => startNs));
  const start = firstAfter(slices.filter(({ kind, startNs }) => kind === DOING.start && startNs >= endNs).map((slice) => slice.endNs));
  if (stop === undefined || start === undefined) return undefined;
  const before = lastBefore(slices.filter((slice) => slice.kind === DOING.start && slice.endNs <= stop).map((slice) => slice.endNs)) ?? 0;
  const next = firstAfter(slices.filter(({ kind, startNs }) => kind === DOING.stop && startNs > endNs).map(({ startNs }) => startNs)) ?? slices.reduce((last, slice) => Math.max(last, slice.endNs), start);
  const toNs = withSweep ? next : start;
  const shown = withoutOracle(events);
  const margin = (shown(toNs) - shown(stop)) * MARGIN;
  return { fromNs: Math.max(before, Math.round(stop - margin)), toNs: Math.min(next, Math.round(toNs + margin)) };
}

function lastBefore(times: readonly number[]): number | undefined {
  return times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b));
}

function firstAfter(times: readonly number[]): number | undefined {
  return times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b));
}
