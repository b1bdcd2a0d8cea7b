/** P: the permission to run goroutines, with a run queue and an MCache. */
import { BOOT, guardedBy, ownedBy } from '../memory/guardian.ts';
import { atomic, by, padding, part, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { inRegion } from '../memory/regions.ts';
import type { Ref } from '../memory/address.ts';

export type PRef = Ref;

/**
 * What becomes of a P. It is granted as long as its M has been woken to run it and does not run yet: the M takes it by CAS from granted to running.
 */
export const P_STATUS = { idle: 0, running: 1, syscall: 2, gcstop: 3, dead: 4, granted: 5 } as const;

export const RUNQ_CAP = 256;

export const P = struct('p', 512, {
  /** Its index in allp. */
  id: by(BOOT),
  /** Its M. */
  m: by(BOOT),
  /** Its own M changes running to syscall and back, and granted to running; the M that stops the world CASes syscall or granted to gcstop. */
  xstatus: atomic('its M; the M that grants it; the M that stops or starts the world'),
  /** Scheduling rounds. */
  schedtick: by(ownedBy('P')),
  /** The next P on the list of idle Ps. */
  link: by(guardedBy('sched.lock')),
  pad0: padding(11),
  /** The next slot to take. Its M and thieves advance it with a CAS. */
  xrunqhead: atomic('its M and thieves advance it'),
  pad1: padding(15),
  /** The next free slot. Only its M advances it. */
  xrunqtail: atomic('its M writes it, thieves read it'),
  pad2: padding(15),
  /** A thief reads slots before its CAS of the head tells whether they were still there. */
  xrunq: atomic('its M writes it, thieves read it', RUNQ_CAP),
  mcache: part('mcache', 192),
});

inRegion(P, 'ps', { label: 'P', count: 'nprocs' });

const PS = CONFIG + Config.at.ps;

/** Returns allp[index]. */
export function pAt(m: Mem, index: number): PRef {
  return m[PS] + index * P.words;
}
