/**
 * The rings of events, from which a timeline is made (report/timeline-of-events.ts): one for each M, in a region
 * that exists only on a machine that records.
 *
 *   1. An M is always doing one thing (DOING). `enter` ends its slice and begins the next one, so an M's slices
 *      lie end to end.
 *   2. What happens within (WITHIN) is written when it ends. Short slices of one kind that follow each other are
 *      merged before they are written.
 *   3. An event is written at its end, whole: a lost event takes no other with it, and what remains is nested.
 *   4. Only its M writes a ring. If the ring is full, the M counts a dropped event and goes on: it never waits.
 *   5. The watcher reads all events between `xread` and `xwritten`, and advances `xread` (inspect/events.ts).
 *
 * Callers ask `records` first. It reads a constant, so a machine that does not record does nothing more.
 *
 * Invariant: xwritten - xread <= Config.eventCap.
 */
import { protocol } from '../memory/guardian.ts';
import { inRegion } from '../memory/regions.ts';
import { atomic, by, padding, part, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { loadWide, storeWide } from '../memory/wide.ts';
import { nanotime } from '../base/clock.ts';
import { M, type MRef } from '../machine/m.ts';
import { ringDoorbell } from './bell.ts';
import { DOING, MOMENT, WITHIN } from './event-kinds.ts';

const SELF = protocol('this M');
const PUBLISHED = protocol('this M writes it before it adds to `xwritten`, and the watcher reads it after');

export const Event = struct('event', 8, {
  /** One of DOING, WITHIN or MOMENT. */
  kind: by(PUBLISHED),
  /** What it is about, by its kind. */
  detail: by(PUBLISHED),
  /** How many: slices that were merged, objects, iterations. */
  count: by(PUBLISHED),
  pad: padding(1),
  /** Nanoseconds. */
  start: by(PUBLISHED, 2),
  /** Nanoseconds; of a sample, the value. */
  end: by(PUBLISHED, 2),
});

/** Events that a ring holds: a power of two. */
export const EVENT_CAP = 4096;

/** A ring of that size. */
const EventRing = struct('eventring', eventRingWords(EVENT_CAP), {
  /** Events ever written; wraps. */
  xwritten: atomic('this M writes it, the watcher reads it'),
  /** Events for which there was no room. */
  xdropped: atomic('this M writes it, the watcher reads it'),
  /** What the M is doing, since when, and what it is about. */
  doing: by(SELF),
  detail: by(SELF),
  since: by(SELF, 2),
  /** Slices that are being merged: an Event without padding; kind 0: none. */
  mergedKind: by(SELF),
  mergedDetail: by(SELF),
  mergedCount: by(SELF),
  pad0: padding(1),
  mergedStart: by(SELF, 2),
  mergedEnd: by(SELF, 2),
  pad1: padding(2),
  /** Events ever read; wraps. */
  xread: atomic('the watcher writes it, this M reads it'),
  pad2: padding(15),
  event: part('event', EVENT_CAP * Event.words),
});

inRegion(EventRing, 'events', { label: 'events of M', count: 'nprocs', words: 'eventRingWords' });

const { xwritten: XWRITTEN, xdropped: XDROPPED, xread: XREAD, doing: OPEN, detail: OPEN_DETAIL, since: SINCE, event: EVENTS } = EventRing.at;
const { mergedKind: MERGED, mergedDetail: MERGED_DETAIL, mergedCount: MERGED_COUNT, mergedStart: MERGED_START, mergedEnd: MERGED_END } = EventRing.at;
const { kind: KIND, detail: DETAIL, count: COUNT, start: START, end: END } = Event.at;
const RINGS = CONFIG + Config.at.events;
const RING_WORDS = CONFIG + Config.at.eventRingWords;
const CAP = CONFIG + Config.at.eventCap;
const { id: ID } = M.at;

/** Slices are merged if the gap between them is shorter, and each of them too, ns. */
const SHORT_NS = 20_000;

/** Returns the words of a ring for `cap` events. */
export function eventRingWords(cap: number): number {
  return 32 + cap * Event.words;
}

/** Reports whether this machine records events. */
export function records(m: Mem): boolean {
  return m[CAP] !== 0;
}

/** Returns the ring of M `index`. */
export function eventRingAt(m: Mem, index: number): Ref {
  return m[RINGS] + index * m[RING_WORDS];
}

function ringOf(m: Mem, mp: MRef): Ref {
  return m[RINGS] + m[mp + ID] * m[RING_WORDS];
}

/** Begins a slice of `doing`, one of DOING, about `detail`, now. Does nothing if that slice is open. */
export function enter(m: Mem, mp: MRef, doing: number, detail: number): void {
  const ring = ringOf(m, mp);
  if (m[ring + OPEN] === doing && m[ring + OPEN_DETAIL] === detail) return;
  enterAt(m, mp, doing, detail, nanotime());
}

/** Ends the open slice at `now` and begins one of `doing`. */
export function enterAt(m: Mem, mp: MRef, doing: number, detail: number, now: number): void {
  const ring = ringOf(m, mp);
  writeMerged(m, ring);
  if (m[ring + OPEN] !== DOING.nothing) write(m, ring, m[ring + OPEN], m[ring + OPEN_DETAIL], 1, loadWide(m, ring + SINCE), now);
  m[ring + OPEN] = doing;
  m[ring + OPEN_DETAIL] = detail;
  storeWide(m, ring + SINCE, now);
}

/** Returns what M `mp` is doing. */
export function doingOf(m: Mem, mp: MRef): number {
  return m[ringOf(m, mp) + OPEN];
}

/** Records a slice of `kind`, one of WITHIN, from `started` until now. Does nothing if the M does nothing: the machine has not started, or is settled. */
export function within(m: Mem, mp: MRef, kind: number, detail: number, count: number, started: number): void {
  const ring = ringOf(m, mp);
  if (m[ring + OPEN] === DOING.nothing) return;
  writeMerged(m, ring);
  write(m, ring, kind, detail, count, started, nanotime());
}

/**
 * Records a slice of `kind`, one of WITHIN, of which there may be many short ones: those that follow each other
 * become one, about the last `detail`, with the sum of their counts. Another slice ends the merging.
 */
export function withinMerged(m: Mem, mp: MRef, kind: number, detail: number, count: number, started: number, ended: number): void {
  const ring = ringOf(m, mp);
  if (m[ring + MERGED] === kind && ended - started < SHORT_NS && started - loadWide(m, ring + MERGED_END) < SHORT_NS) {
    m[ring + MERGED_COUNT] += count;
  } else {
    writeMerged(m, ring);
    m[ring + MERGED] = kind;
    m[ring + MERGED_COUNT] = count;
    storeWide(m, ring + MERGED_START, started);
  }
  m[ring + MERGED_DETAIL] = detail;
  storeWide(m, ring + MERGED_END, ended);
}

function writeMerged(m: Mem, ring: Ref): void {
  const kind = m[ring + MERGED];
  if (kind === DOING.nothing) return;
  m[ring + MERGED] = DOING.nothing;
  write(m, ring, kind, m[ring + MERGED_DETAIL], m[ring + MERGED_COUNT], loadWide(m, ring + MERGED_START), loadWide(m, ring + MERGED_END));
}

/** Records the moment `kind`, one of MOMENT, at `now`. */
export function moment(m: Mem, mp: MRef, kind: number, detail: number, count: number, now: number): void {
  write(m, ringOf(m, mp), kind, detail, count, now, now);
}

/** Records that `which`, one of SAMPLE, has the value `value` now. */
export function sample(m: Mem, mp: MRef, which: number, value: number): void {
  write(m, ringOf(m, mp), MOMENT.sample, which, 1, nanotime(), value);
}

/** Records the sweep of a span by a mutator; `unswept` spans are left. In a pause, the sweep as a whole is a slice. */
export function sweptSpan(m: Mem, mp: MRef, unswept: number, started: number): void {
  if (doingOf(m, mp) === DOING.mutator) withinMerged(m, mp, WITHIN.sweepSpans, unswept, 1, started, nanotime());
}

function write(m: Mem, ring: Ref, kind: number, detail: number, count: number, start: number, end: number): void {
  const cap = m[CAP];
  const written = Atomics.load(m, ring + XWRITTEN);
  if (((written - Atomics.load(m, ring + XREAD)) | 0) >= cap) {
    Atomics.add(m, ring + XDROPPED, 1);
    return;
  }
  const at = ring + EVENTS + (written & (cap - 1)) * Event.words;
  m[at + KIND] = kind;
  m[at + DETAIL] = detail;
  m[at + COUNT] = count;
  storeWide(m, at + START, start);
  storeWide(m, at + END, end);
  Atomics.store(m, ring + XWRITTEN, (written + 1) | 0);
  // The watcher looks a few times a second, and earlier when a ring is half full.
  if (((written + 1) & (cap / 2 - 1)) === 0) ringDoorbell(m);
}

/** The words of a ring that its reader needs. */
export const EVENT_RING = { xwritten: XWRITTEN, xdropped: XDROPPED, xread: XREAD, event: EVENTS } as const;
