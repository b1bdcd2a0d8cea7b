/**
 * M: a worker thread. On this machine M i and P i belong together for good, so an M that
 * is woken after a stopped world finds its own P again.
 */
import { BOOT, guardedBy, ownedBy, protocol } from '../memory/guardian.ts';
import { atomic, by, padding, part, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { inRegion } from '../memory/regions.ts';
import type { Ref } from '../memory/address.ts';

export type MRef = Ref;

const SELF = ownedBy('M');
const WATCHED = ownedBy('M', 'the watcher reads it racily');
const WAKING = protocol('sched.lock until its note is woken, then this M');

/** What an M is doing, for the report of a hang. */
export const PHASES = ['starting', 'scheduling', 'running', 'stopped', 'marking roots', 'marking', 'waiting for work', 'sweeping', 'collecting', 'idle', 'finished'] as const;
export const PHASE = { starting: 0, scheduling: 1, running: 2, stopped: 3, markRoots: 4, mark: 5, getfull: 6, sweep: 7, collect: 8, idle: 9, finished: 10 } as const;

/** What one M did in a mark phase; summed and cleared by updatememstats, world stopped. */
export const GCStats = struct('gcstats', 32, {
  nhandoff: by(SELF, 2),
  nhandoffcnt: by(SELF, 2),
  nprocyield: by(SELF, 2),
  nosyield: by(SELF, 2),
  nsleep: by(SELF, 2),
  /** Objects this M won the mark of, and bytes it scanned; the tuned loop doesn't count those. */
  objectsMarked: by(SELF, 2),
  bytesScanned: by(SELF, 2),
  /** Nanoseconds in root marking, in scanning and waiting together, and waiting in getfull. */
  rootNs: by(SELF, 2),
  drainNs: by(SELF, 2),
  waitNs: by(SELF, 2),
  /** Parts of those: gathering roots, of rootNs; asleep in getfull, of waitNs; handing off. */
  gatherNs: by(SELF, 2),
  sleepNs: by(SELF, 2),
  handoffNs: by(SELF, 2),
  /** CASes of a mark that another M's got ahead of. */
  casFailed: by(SELF, 2),
  pad: padding(4),
});

export const M = struct('m', 512, {
  id: by(BOOT),
  p: by(BOOT),
  mcache: by(BOOT),
  curg: by(SELF),
  /** > 0: holds a lock or is in a section the collector must not start in. */
  locks: by(SELF),
  mallocing: by(SELF),
  gcing: by(SELF),
  /** n > 0: woken to be the n-th helper of a collection. */
  helpgc: by(WAKING),
  /** Set before the note is woken: take your P back and run. */
  nextp: by(WAKING),
  /** It found nothing to run and is looking at the others' queues. */
  spinning: by(SELF),
  /** Lock to release once the parked goroutine's status is Gwaiting; the goroutine itself: the locks of its channels. */
  waitlock: by(SELF),
  /** Link of the list of idle Ms, or of those that one M is about to wake. */
  schedlink: by(guardedBy('sched.lock', { reads: 'free', note: 'by the M that wakes it' })),
  fastrand: by(SELF),
  /** It has collected: the goroutine should let others run, the sweeper first of all. */
  resched: by(SELF),
  phase: by(WATCHED),
  /** Lock word it last asked for; word it sleeps on. */
  wants: by(WATCHED),
  holds: by(WATCHED),
  /** Grows with every step, allocation refill and marked object: no growth is a hang. */
  heartbeat: by(WATCHED),
  pad0: padding(14),
  xpark: atomic('a note: this M sleeps on it, any M wakes it'),
  pad1: padding(15),
  gcstats: part('gcstats', GCStats.words),
  /** Scan buffers, see gc/scanbuf.ts. */
  scanbuf: part('scanbuf', 368),
});

inRegion(M, 'ms', { label: 'M', count: 'nprocs' });

const MS = CONFIG + Config.at.ms;

/** allm[index]. */
export function mAt(m: Mem, index: number): MRef {
  return m[MS] + index * M.words;
}

const { fastrand: FASTRAND } = M.at;

/** Go's fastrand1: the M's own generator, an unsigned 31-bit number. */
export function fastrand(m: Mem, mp: MRef): number {
  let x = m[mp + FASTRAND];
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  m[mp + FASTRAND] = x;
  return x >>> 1;
}
