/** Reading the rings of events (sync/events.ts). Called by the watcher. */
import { CONFIG, Config } from '../memory/config.ts';
import type { Mem } from '../memory/struct.ts';
import { loadWide } from '../memory/wide.ts';
import { EVENT_RING, Event, eventRingAt, records } from '../sync/events.ts';

/** An event as the watcher reads it. */
export interface MachineEvent {
  /** Index of the M that wrote it. */
  readonly lane: number;
  /** One of DOING, WITHIN or MOMENT. */
  readonly kind: number;
  /** What it is about, by its kind. */
  readonly detail: number;
  /** How many: slices that were merged, objects, iterations. */
  readonly count: number;
  /** Nanoseconds of the machine's monotonic clock. */
  readonly startNs: number;
  /** Nanoseconds; of a sample, the value. */
  readonly endNs: number;
}

const { kind: KIND, detail: DETAIL, count: COUNT, start: START, end: END } = Event.at;
const { xwritten: XWRITTEN, xdropped: XDROPPED, xread: XREAD, event: EVENTS } = EVENT_RING;
const CAP = CONFIG + Config.at.eventCap;
const NPROCS = CONFIG + Config.at.nprocs;

/** Returns the events since the last call: those of each M in the order of their ends. Frees their places. */
export function drainEvents(m: Mem): MachineEvent[] {
  const events: MachineEvent[] = [];
  if (!records(m)) return events;
  for (let lane = 0; lane < m[NPROCS]; lane++) drainRing(m, lane, events);
  return events;
}

function drainRing(m: Mem, lane: number, events: MachineEvent[]): void {
  const ring = eventRingAt(m, lane);
  const written = Atomics.load(m, ring + XWRITTEN);
  const read = Atomics.load(m, ring + XREAD);
  // A step that damages the memory may leave any numbers here.
  const unread = Math.min(m[CAP], (written - read) >>> 0);
  for (let n = unread; n > 0; n--) {
    const at = ring + EVENTS + ((written - n) & (m[CAP] - 1)) * Event.words;
    events.push({ lane, kind: m[at + KIND], detail: m[at + DETAIL], count: m[at + COUNT], startNs: loadWide(m, at + START), endNs: loadWide(m, at + END) });
  }
  if (unread > 0) Atomics.store(m, ring + XREAD, written);
}

/** Returns the number of events for which the rings had no room so far. */
export function droppedEvents(m: Mem): number {
  let dropped = 0;
  if (records(m)) for (let lane = 0; lane < m[NPROCS]; lane++) dropped += Atomics.load(m, eventRingAt(m, lane) + XDROPPED) >>> 0;
  return dropped;
}
