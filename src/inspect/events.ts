/** Reading the rings of events (sync/events.ts). */
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

/** Events of one M as they were in its ring, in the order of their ends. */
export interface RawEvents {
  readonly lane: number;
  readonly words: Int32Array;
}

const { kind: KIND, detail: DETAIL, count: COUNT, start: START, end: END } = Event.at;
const { xwritten: XWRITTEN, xdropped: XDROPPED, xread: XREAD, event: EVENTS } = EVENT_RING;
const CAP = CONFIG + Config.at.eventCap;
const NPROCS = CONFIG + Config.at.nprocs;

/** Copies the events since the last call, and frees their places. Called by the watcher. */
export function drainEvents(m: Mem): RawEvents[] {
  const drained: RawEvents[] = [];
  if (!records(m)) return drained;
  for (let lane = 0; lane < m[NPROCS]; lane++) {
    const words = drainRing(m, lane);
    if (words.length > 0) drained.push({ lane, words });
  }
  return drained;
}

function drainRing(m: Mem, lane: number): Int32Array {
  const ring = eventRingAt(m, lane);
  const cap = m[CAP];
  const written = Atomics.load(m, ring + XWRITTEN);
  const read = Atomics.load(m, ring + XREAD);
  // A step that damages the memory may leave any numbers here.
  const unread = Math.min(cap, (written - read) >>> 0);
  const words = new Int32Array(unread * Event.words);
  const first = (written - unread) & (cap - 1);
  const toEnd = Math.min(unread, cap - first);
  words.set(m.subarray(ring + EVENTS + first * Event.words, ring + EVENTS + (first + toEnd) * Event.words));
  words.set(m.subarray(ring + EVENTS, ring + EVENTS + (unread - toEnd) * Event.words), toEnd * Event.words);
  if (unread > 0) Atomics.store(m, ring + XREAD, written);
  return words;
}

/** Returns the events in `raw`. */
export function decodeEvents({ lane, words }: RawEvents): MachineEvent[] {
  const events: MachineEvent[] = [];
  for (let at = 0; at < words.length; at += Event.words) {
    events.push({ lane, kind: words[at + KIND], detail: words[at + DETAIL], count: words[at + COUNT], startNs: loadWide(words, at + START), endNs: loadWide(words, at + END) });
  }
  return events;
}

/** Returns the number of events in `raw`. */
export function countEvents({ words }: RawEvents): number {
  return words.length / Event.words;
}

/** Returns the number of events for which the rings had no room so far. */
export function droppedEvents(m: Mem): number {
  let dropped = 0;
  if (records(m)) for (let lane = 0; lane < m[NPROCS]; lane++) dropped += Atomics.load(m, eventRingAt(m, lane) + XDROPPED) >>> 0;
  return dropped;
}
