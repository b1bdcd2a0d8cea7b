/**
 * The machine's own clock, for what Go does by the minute: collecting when nobody has for two,
 * and giving back memory that was not used for five. Who watches the machine sets it; a test
 * may as well.
 */
import { atomic, struct, type Mem } from '../memory/struct.ts';
import { globalRecord } from '../memory/segment.ts';
import type { Ref } from '../memory/address.ts';
import { racyLoad } from './racy.ts';

export const Clock = struct('clock', 16, {
  /** Milliseconds since the machine started; wraps. */
  xnow: atomic('the watcher'),
  /** When the last collection ended, and when the scavenger last looked. */
  xlastGc: atomic('the collecting M; the scavenger'),
  xlastScavenge: atomic('the scavenger'),
  /** 1: there is something for the scavenger to do. */
  xdue: atomic('the watcher sets it, the M that wakes the scavenger clears it'),
});

/** Go's forcegcperiod and scavengelimit. */
export const FORCE_GC_MS = 2 * 60 * 1000;
export const SCAVENGE_LIMIT_MS = 5 * 60 * 1000;
/** How often the scavenger looks. */
export const SCAVENGE_EVERY_MS = SCAVENGE_LIMIT_MS / 2;

const CLOCK: Ref = globalRecord('clock', Clock);
const XNOW = CLOCK + Clock.at.xnow;
const XLAST_GC = CLOCK + Clock.at.xlastGc;
const XLAST_SCAVENGE = CLOCK + Clock.at.xlastScavenge;
const XDUE = CLOCK + Clock.at.xdue;

/** Milliseconds since the machine started, as the clock is set. */
export function clockMs(m: Mem): number {
  return Atomics.load(m, XNOW);
}

/** For the watcher: it is `ms` now. */
export function setClock(m: Mem, ms: number): void {
  Atomics.store(m, XNOW, ms | 0);
  if (isGcDue(m) || isScavengeDue(m)) Atomics.store(m, XDUE, 1);
}

/** How long ago `then` was, ms; right for about 24 days. */
export function msSince(m: Mem, then: number): number {
  return (clockMs(m) - then) | 0;
}

/** Nobody has collected for so long that it should be done anyway. */
export function isGcDue(m: Mem): boolean {
  return msSince(m, Atomics.load(m, XLAST_GC)) > FORCE_GC_MS;
}

export function isScavengeDue(m: Mem): boolean {
  return msSince(m, Atomics.load(m, XLAST_SCAVENGE)) >= SCAVENGE_EVERY_MS;
}

/** A collection has ended, or is not wanted. */
export function noteGc(m: Mem): void {
  Atomics.store(m, XLAST_GC, clockMs(m));
}

export function noteScavenge(m: Mem): void {
  Atomics.store(m, XLAST_SCAVENGE, clockMs(m));
}

/** True for one M each time something is due. The first look is racy: the next one will do. */
export function takeDue(m: Mem): boolean {
  return racyLoad(m, XDUE) !== 0 && Atomics.exchange(m, XDUE, 0) !== 0;
}
