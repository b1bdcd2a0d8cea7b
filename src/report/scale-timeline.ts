/** The timeline in a measurement's document. */
import { printable } from '../base/printable.ts';
import { plural } from '../base/units.ts';
import type { Cycle } from '../gc/cycle-log.ts';
import type { RecordedEvents } from '../inspect/event-log.ts';
import type { ScalePhase } from './scaling.ts';
import type { Timeline } from './timeline.ts';
import { timelineOf } from './timeline-of-events.ts';
import { collectionWindow } from './timeline-window.ts';

/**
 * Returns the timeline of the last collection with the most threads; with its sweep, if that was measured.
 * @param name of the heap
 * @returns undefined if nothing was recorded, or the log no longer holds that collection
 */
export function collectionTimeline(name: string, events: RecordedEvents | undefined, cycles: readonly Cycle[], phase: ScalePhase): Timeline | undefined {
  const most = cycles.reduce((procs, { nproc }) => Math.max(procs, nproc), 0);
  const last = cycles.findLast(({ nproc }) => nproc === most);
  if (events === undefined || last === undefined) return undefined;
  const window = collectionWindow(events, last.endNs, phase !== 'mark');
  return window && timelineOf(events, { name: `the last collection of ${printable(name)} with ${plural(most, 'thread')}`, window });
}
