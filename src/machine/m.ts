/**
 * M: a worker thread. M i and P i belong together for good, so an M that wakes after a stopped
 * world takes its own P again.
 */
import { BOOT, guardedBy, ownedBy, protocol } from '../memory/guardian.ts';
import { atomic, by, padding, part, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { inRegion } from '../memory/regions.ts';
import { loadWide } from '../memory/wide.ts';
import type { Ref } from '../memory/address.ts';

export type MRef = Ref;

const SELF = ownedBy('M');
const WATCHED = ownedBy('M', 'the watcher reads it racily');
const BARRIER = protocol('this M; an M with sched.lock while the P is idle; the collecting M in a stopped world');
const WAKING = protocol('sched.lock until its note is woken, then this M');

/** The most pointers that the buffer of a write barrier holds. */
export const BARRIER_CAP = 32;

/** What an M is doing, by PHASE, for the report of a hang. */
export const PHASES = ['starting', 'scheduling', 'running', 'stopped', 'marking roots', 'marking', 'waiting for work', 'sweeping', 'collecting', 'idle', 'finished'] as const;
export const PHASE = { starting: 0, scheduling: 1, running: 2, stopped: 3, markRoots: 4, mark: 5, getfull: 6, sweep: 7, collect: 8, idle: 9, finished: 10 } as const;

/**
 * Counters of one M in a mark phase. updatememstats sums and clears them in a stopped world.
 * Each is a number of two words.
 */
export const GCStats = struct('gcstats', 48, {
  /** Handoffs, and the objects handed off. */
  nhandoff: by(SELF, 2),
  nhandoffcnt: by(SELF, 2),
  /** Waits in getfull, by kind. */
  nprocyield: by(SELF, 2),
  nosyield: by(SELF, 2),
  nsleep: by(SELF, 2),
  /** Objects whose mark bit this M set. */
  objectsMarked: by(SELF, 2),
  /** Bytes that it scanned; the tuned loop does not count them. */
  bytesScanned: by(SELF, 2),
  /** Nanoseconds of root marking. */
  rootNs: by(SELF, 2),
  /** Nanoseconds of scanning and waiting together. */
  drainNs: by(SELF, 2),
  /** Nanoseconds in getfull. */
  waitNs: by(SELF, 2),
  /** The part of rootNs in which roots are gathered. */
  gatherNs: by(SELF, 2),
  /** The part of waitNs in which the M sleeps. */
  sleepNs: by(SELF, 2),
  /** The part of drainNs in which work is handed off. */
  handoffNs: by(SELF, 2),
  /** Failed CASes of mark bits: another M changed the word first. */
  casFailed: by(SELF, 2),
  /** With --policy spans: visits of spans, and the objects scanned in them. */
  spanVisits: by(SELF, 2),
  spanObjects: by(SELF, 2),
  /** Nanoseconds of assists, and of background workers by mode. */
  assistNs: by(SELF, 2),
  dedicatedNs: by(SELF, 2),
  fractionalNs: by(SELF, 2),
  idleMarkNs: by(SELF, 2),
  pad: padding(8),
});

export const M = struct('m', 512, {
  /** Its index in allm. */
  id: by(BOOT),
  /** Its P. */
  p: by(BOOT),
  /** The MCache of its P. */
  mcache: by(BOOT),
  /** The goroutine that it runs, 0 for none. */
  curg: by(SELF),
  /** > 0: it holds locks, or is in a section in which no collection may start. */
  locks: by(SELF),
  /** 1: it is in malloc. */
  mallocing: by(SELF),
  /** 1: it collects. */
  gcing: by(SELF),
  /** n > 0: it was woken as helper number n of a collection. */
  helpgc: by(WAKING),
  /** The P that it takes when it wakes, 0 for none. */
  nextp: by(WAKING),
  /** 1: it has nothing to run and looks for work in the other Ps' queues. */
  spinning: by(SELF),
  /** The lock to release once the parked goroutine's status is waiting. If it is the goroutine itself: the locks of its channels. */
  waitlock: by(SELF),
  /** The next M on the list of idle Ms, or of the Ms that one M is about to wake. */
  schedlink: by(guardedBy('sched.lock', { reads: 'free', note: 'by the M that wakes it' })),
  /** State of its random number generator. */
  fastrand: by(SELF),
  /** 1: it has collected, so its goroutine should yield, above all to the sweeper. */
  resched: by(SELF),
  /** One of PHASE. */
  phase: by(WATCHED),
  /** The contended lock that it waits for, 0 for none. */
  wants: by(WATCHED),
  /** The lock that it took last, 0 once it has released one. */
  holds: by(WATCHED),
  /** Grows with steps, refills and marked objects: an M whose heartbeat stands still hangs. */
  heartbeat: by(WATCHED),
  pad0: padding(14),
  xpark: atomic('a note: this M sleeps on it, any M wakes it'),
  pad1: padding(15),
  gcstats: part('gcstats', GCStats.words),
  /** Scan buffers, see gc/scanbuf.ts. */
  scanbuf: part('scanbuf', 368),
  /** The last round of the ragged barrier that this M has answered, or that was answered for it. */
  xanswered: atomic('this M; an M with sched.lock while the P is idle'),
  /** 1: this M has published grey blocks since it last answered. */
  published: by(BARRIER),
  /** Pointers in `barrierbuf`. */
  nbarrier: by(BARRIER),
  /** Pointers that the write barrier has recorded and not shaded yet. */
  barrierbuf: by(BARRIER, BARRIER_CAP),
});

inRegion(M, 'ms', { label: 'M', count: 'nprocs' });

const MS = CONFIG + Config.at.ms;
const NPROCS = CONFIG + Config.at.nprocs;

/** Returns allm[index]. */
export function mAt(m: Mem, index: number): MRef {
  return m[MS] + index * M.words;
}

/** Returns the sum of the field `field` of the GCStats of all Ms. The world is stopped. */
export function sumGCStat(m: Mem, field: number): number {
  let sum = 0;
  for (let i = 0; i < m[NPROCS]; i++) sum += loadWide(m, mAt(m, i) + M.at.gcstats + field);
  return sum;
}

const { fastrand: FASTRAND } = M.at;

/** Go's fastrand1: returns a random unsigned 31-bit number from the M's own generator. */
export function fastrand(m: Mem, mp: MRef): number {
  let x = m[mp + FASTRAND];
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  m[mp + FASTRAND] = x;
  return x >>> 1;
}
