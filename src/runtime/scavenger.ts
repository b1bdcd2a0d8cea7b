/**
 * What is done by the minute, by a goroutine of the machine's own: the collection that nobody
 * asked for in two minutes, and the return of memory unused for five. It sleeps in between
 * without a timer: the watcher moves the clock and says that something is due, and the next M
 * that looks for a goroutine to run wakes it. So it keeps no machine alive, and hides no
 * deadlock.
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

/** Where it begins in the text segment; see system.ts. */
export const SCAVENGER = { pc: 4, slots: 0 } as const;

/** Lets the scavenger look, when something is due. */
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

/** Does what is due. A safe point. */
export function doWhatIsDue(m: Mem, mp: MRef): void {
  if (isGcDue(m)) {
    // With GOGC off Go's forced collection does nothing either. Racy: it may change right now.
    if (racyLoad(m, GCPERCENT) < 0) noteGc(m);
    else forceGc(m, mp);
  }
  if (isScavengeDue(m)) {
    logScavenge(m, mp, SCAVENGE.released, scavenge(m, mp, SCAVENGE_LIMIT_MS), true);
    noteScavenge(m);
  }
}

/** Collects because no collection has run for too long. A safe point. */
function forceGc(m: Mem, mp: MRef): void {
  logScavenge(m, mp, SCAVENGE.forcing, 0, true);
  gcStart(m, mp, FORCE.yes);
  logScavenge(m, mp, SCAVENGE.forced, 0, true);
}

/** debug.FreeOSMemory: collects, sweeps, and gives back all that is free. A safe point. Returns the bytes. */
export function freeOSMemory(m: Mem, mp: MRef): number {
  gcStart(m, mp, FORCE.andSweep);
  const released = scavenge(m, mp, EVERYTHING);
  logScavenge(m, mp, SCAVENGE.released, released, false);
  return released;
}
