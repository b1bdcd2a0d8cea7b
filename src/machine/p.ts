/** P: the right to run goroutines, with its run queue and its MCache. */
import { atomic, by, padding, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';

export type PRef = Ref;

export const P_STATUS = { idle: 0, running: 1, syscall: 2, gcstop: 3, dead: 4 } as const;

export const RUNQ_CAP = 256;

export const P = struct('p', 512, {
  id: by('boot'),
  m: by('boot'),
  /** running <-> syscall by its own M; syscall -> gcstop by who stops the world, by CAS. */
  xstatus: atomic('its M, who stops or starts the world'),
  schedtick: by('its M'),
  /** Link of the list of idle Ps. */
  link: by('sched.lock'),
  pad0: padding(11),
  /** Next to take: moved by the owner and by thieves, with CAS. */
  xrunqhead: atomic('its M and thieves'),
  pad1: padding(15),
  /** Next free: moved by the owner alone. */
  xrunqtail: atomic('its M writes, thieves read'),
  pad2: padding(15),
  /** Slots race on purpose: a thief reads one, then its CAS of the head says if it was right. */
  xrunq: atomic('its M writes, thieves read', RUNQ_CAP),
  mcache: by('its M; others with the world stopped', 192),
});

const PS = CONFIG + Config.at.ps;

/** allp[index]. */
export function pAt(m: Mem, index: number): PRef {
  return m[PS] + index * P.words;
}
