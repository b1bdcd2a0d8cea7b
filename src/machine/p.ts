/** P: the right to run goroutines, with its run queue and its MCache. */
import { BOOT, guardedBy, ownedBy } from '../memory/guardian.ts';
import { atomic, by, padding, part, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { inRegion } from '../memory/regions.ts';
import type { Ref } from '../memory/address.ts';

export type PRef = Ref;

export const P_STATUS = { idle: 0, running: 1, syscall: 2, gcstop: 3, dead: 4 } as const;

export const RUNQ_CAP = 256;

export const P = struct('p', 512, {
  id: by(BOOT),
  m: by(BOOT),
  /** running <-> syscall by its own M; syscall -> gcstop by who stops the world, by CAS. */
  xstatus: atomic('its M; the M that stops or starts the world'),
  schedtick: by(ownedBy('P')),
  /** Link of the list of idle Ps. */
  link: by(guardedBy('sched.lock')),
  pad0: padding(11),
  /** Next to take: moved by the owner and by thieves, with CAS. */
  xrunqhead: atomic('its M and thieves advance it'),
  pad1: padding(15),
  /** Next free: moved by the owner alone. */
  xrunqtail: atomic('its M writes it, thieves read it'),
  pad2: padding(15),
  /** Slots race on purpose: a thief reads one, then its CAS of the head says if it was right. */
  xrunq: atomic('its M writes it, thieves read it', RUNQ_CAP),
  mcache: part('mcache', 192),
});

inRegion(P, 'ps', { label: 'P', count: 'nprocs' });

const PS = CONFIG + Config.at.ps;

/** allp[index]. */
export function pAt(m: Mem, index: number): PRef {
  return m[PS] + index * P.words;
}
