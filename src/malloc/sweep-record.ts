/** The state shared by all sweepers, the background sweeper and the scavenger; see sweep.ts. */
import { guardedBy, stoppedWorld } from '../memory/guardian.ts';
import { atomic, by, lockField, padding, struct } from '../memory/struct.ts';
import { globalRecord } from '../memory/segment.ts';
import type { Ref } from '../memory/address.ts';

const GCLOCK_GUARD = guardedBy('gclock');

export const Sweep = struct('sweep', 48, {
  /** Go's gclock. */
  lock: lockField('gclock'),
  /** The background sweeper, 0 before the first collection. */
  g: by(GCLOCK_GUARD),
  /** 1 if the background sweeper is parked. */
  parked: by(GCLOCK_GUARD),
  /** The scavenger, 0 before it is first due. */
  scavenger: by(GCLOCK_GUARD),
  /** 1 if the scavenger is parked. */
  scavengerParked: by(GCLOCK_GUARD),
  /** Spans to sweep in this cycle: allspans [0, nspan). */
  nspan: by(stoppedWorld()),
  pad0: padding(9),
  /** Index in allspans of the next span to look at. */
  xspanidx: atomic('sweepers'),
  pad1: padding(15),
  /** Spans swept in the background since the last collection. */
  xnbgsweep: atomic('sweepers'),
  /** Spans swept in a pause since the last collection. */
  xnpausesweep: atomic('sweepers'),
});

export const SWEEP: Ref = globalRecord('sweep', Sweep);
export const GCLOCK = SWEEP + Sweep.at.lock;
export const XSPANIDX = SWEEP + Sweep.at.xspanidx;
export const SWEEP_NSPAN = SWEEP + Sweep.at.nspan;
