/**
 * The machine's own clock. It times the two things that Go does by the minute: a collection if
 * there was none for two minutes, and the release of memory unused for five. The watcher sets
 * it, or a test.
 */
import { atomic, struct, type Mem } from '../memory/struct.ts';
import { globalRecord } from '../memory/segment.ts';
import type { Ref } from '../memory/address.ts';
import { racyLoad } from './racy.ts';

export const Clock = struct('clock', 16, {
  /** Milliseconds since the machine started; wraps. */
  xnow: atomic('the watcher'),
  /** The time at which the last collection ended. */
  xlastGc: atomic('the collecting M; the scavenger'),
  /** The time at which the scavenger last ran. */
  xlastScavenge: atomic('the scavenger'),
  /** 1: a collection or a scavenge is due. */
  xdue: atomic('the watcher sets it, the M that wakes the scavenger clears it'),
});

/** Go's forcegcperiod and scavengelimit. */
export const FORCE_GC_MS = 2 * 60 * 1000;
export const SCAVENGE_LIMIT_MS = 5 * 60 * 1000;
/** Time between two runs of the scavenger. */
export const SCAVENGE_EVERY_MS = SCAVENGE_LIMIT_MS / 2;

const CLOCK: Ref = globalRecord('clock', Clock);
const XNOW = CLOCK + Clock.at.xnow;
const XLAST_GC = CLOCK + Clock.at.xlastGc;
const XLAST_SCAVENGE = CLOCK + Clock.at.xlastScavenge;
const XDUE = CLOCK + Clock.at.xdue;

/** Returns the machine's time: milliseconds since its start. */
export function clockMs(m: Mem): number {
  return Atomics.load(m, XNOW);
}

/** Sets the clock to `ms`, and flags what is due. Called by the watcher. */
export function setClock(m: Mem, ms: number): void {
  Atomics.store(m, XNOW, ms | 0);
  if (isGcDue(m) || isScavengeDue(m)) Atomics.store(m, XDUE, 1);
}

/** Returns the milliseconds since `then`; right for about 24 days. */
export function msSince(m: Mem, then: number): number {
  return (clockMs(m) - then) | 0;
}

/** Tells whether the last collection is so long ago that one must be forced. */
export function isGcDue(m: Mem): boolean {
  return msSince(m, Atomics.load(m, XLAST_GC)) > FORCE_GC_MS;
}

/** Tells whether the scavenger must run. */
export function isScavengeDue(m: Mem): boolean {
  return msSince(m, Atomics.load(m, XLAST_SCAVENGE)) >= SCAVENGE_EVERY_MS;
}

/** Restarts the time to the next forced collection. */
export function noteGc(m: Mem): void {
  Atomics.store(m, XLAST_GC, clockMs(m));
}

/** Restarts the time to the next run of the scavenger. */
export function noteScavenge(m: Mem): void {
  Atomics.store(m, XLAST_SCAVENGE, clockMs(m));
}

/** Returns true to one M each time something is due. The first load may be stale: then the next call succeeds. */
export function takeDue(m: Mem): boolean {
  return racyLoad(m, XDUE) !== 0 && Atomics.exchange(m, XDUE, 0) !== 0;
}
