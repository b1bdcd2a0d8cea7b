/**
 * Leaves the time of the oracle out of a timeline. With --verify the collecting M waits for the oracle in the middle of
 * a pause, usually for longer than everything else takes. Nothing else happens meanwhile, so the times that follow move
 * up.
 */
import type { MachineEvent } from '../inspect/events.ts';
import { MOMENT, WITHIN } from '../sync/event-kinds.ts';

/** Maps a time on the clock of the events to the same clock without the oracle. */
export type WithoutOracle = (ns: number) => number;

/** Returns the map for `events`. */
export function withoutOracle(events: readonly MachineEvent[]): WithoutOracle {
  const waits = events.filter(({ kind }) => kind === WITHIN.oracle).toSorted((a, b) => a.startNs - b.startNs);
  if (waits.length === 0) return (ns) => ns;
  // Time left out before each wait, and in total.
  const before = [0];
  for (const { startNs, endNs } of waits) before.push(before[before.length - 1] + endNs - startNs);
  return (ns) => {
    let [low, high] = [0, waits.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (waits[middle].startNs < ns) low = middle + 1;
      else high = middle;
    }
    const within = low === 0 ? 0 : Math.max(0, waits[low - 1].endNs - ns);
    return ns - before[low] + within;
  };
}

/** Returns `event` with its times mapped. */
export function moved(event: MachineEvent, map: WithoutOracle): MachineEvent {
  return { ...event, startNs: map(event.startNs), endNs: event.kind === MOMENT.sample ? event.endNs : map(event.endNs) };
}
