/**
 * The scavenger, a system goroutine for periodic work: a collection if none has run for two
 * minutes, and the release of memory unused for five.
 *
 *   1. The watcher advances the machine's clock and flags that something is due.
 *   2. The next M that looks for a goroutine to run wakes the scavenger.
 *   3. The scavenger does what is due and parks.
 *
 * It has no timer, so it keeps no machine alive and hides no deadlock.
 *
 * Source: MHeap_Scavenger in mheap.c and sysmon in proc.c of Go 1.3.
 */
import type { Mem } from '../memory/struct.ts';
import { lock, unlock } from '../sync/lock.ts';
import { racyLoad } from '../sync/racy.ts';
import { SCAVENGE_LIMIT_MS, isGcDue, isScavengeDue, noteGc, noteScavenge } from '../sync/clock.ts';
import type { MRef } from '../machine/m.ts';
import { MSTATS, MStats } from '../malloc/mstats.ts';
import { EVERYTHING, scavenge } from '../malloc/scavenge.ts';
import { SCAVENGE, logScavenge } from '../malloc/scavenge-log.ts';
import { GCLOCK, SWEEP, Sweep } from '../malloc/sweep.ts';
import { FORCE, gcStart } from './gc.ts';
import { newproc, ready } from './ready.ts';

const GCPERCENT = MSTATS + MStats.at.gcpercent;
const SCAVENGER_G = SWEEP + Sweep.at.scavenger;
const SCAVENGER_PARKED = SWEEP + Sweep.at.scavengerParked;

/** The scavenger's first step in the text segment, and the slots of its frame; see system.ts. */
export const SCAVENGER = { pc: 4, slots: 0 } as const;

/** Readies the scavenger, and makes it the first time. Called when something is due. */
export function wakeScavenger(m: Mem, mp: MRef): void {
  lock(m, mp, GCLOCK);
  if (m[SCAVENGER_G] === 0) {
    m[SCAVENGER_G] = newproc(m, mp, 0, SCAVENGER.pc, SCAVENGER.slots, true);
  } else if (m[SCAVENGER_PARKED] !== 0) {
    m[SCAVENGER_PARKED] = 0;
    ready(m, mp, m[SCAVENGER_G]);
  }
  unlock(m, mp, GCLOCK);
}

/** Collects and scavenges, as far as due by the clock. A safe point. */
export function doWhatIsDue(m: Mem, mp: MRef): void {
  if (isGcDue(m)) {
    // With GOGC off Go's forced collection does nothing either. Racy: if GOGC changes now, either value is right.
    if (racyLoad(m, GCPERCENT) < 0) noteGc(m);
    else forceGc(m, mp);
  }
  if (isScavengeDue(m)) {
    logScavenge(m, mp, SCAVENGE.released, scavenge(m, mp, SCAVENGE_LIMIT_MS), true);
    noteScavenge(m);
  }
}

/** Collects and logs it, because no collection has run for two minutes. A safe point. */
function forceGc(m: Mem, mp: MRef): void {
  logScavenge(m, mp, SCAVENGE.forcing, 0, true);
  gcStart(m, mp, FORCE.yes);
  logScavenge(m, mp, SCAVENGE.forced, 0, true);
}

/** Collects, sweeps everything and releases all free memory; Go's debug.FreeOSMemory. A safe point. Returns the bytes released. */
export function freeOSMemory(m: Mem, mp: MRef): number {
  gcStart(m, mp, FORCE.andSweep);
  const released = scavenge(m, mp, EVERYTHING);
  logScavenge(m, mp, SCAVENGE.released, released, false);
  return released;
}
