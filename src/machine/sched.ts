/** The scheduler's global state: what no single P owns. */
import { atomic, by, padding, struct, type Mem } from '../memory/struct.ts';
import { globalRecord } from '../memory/segment.ts';
import type { Ref } from '../memory/address.ts';

const LOCK = 'sched.lock';

export const Sched = struct('sched', 96, {
  lock: by('lock.ts', 2),
  /** Idle Ms, the last to come first. */
  midle: by(LOCK),
  nmidle: by(LOCK),
  /** Idle Ps. */
  pidle: by(LOCK),
  /** Global queue of runnable goroutines; thieves look at the size without the lock. */
  runqhead: by(LOCK),
  runqtail: by(LOCK),
  runqsize: by('sched.lock; racily read as a hint'),
  /** Dead goroutine records for reuse. */
  gfree: by(LOCK),
  /** Records ever made: allg is [0, allglen). */
  allglen: by('sched.lock; read with the world stopped'),
  goidgen: by(LOCK),
  pad0: padding(5),
  /** Somebody waits for the world to stop: reach a safe point. */
  xgcwaiting: atomic('who stops the world; every M polls'),
  pad1: padding(15),
  /** Ps still to be stopped. */
  stopwait: by(LOCK),
  xstopnote: atomic('note: the last P to stop wakes who stops the world'),
  pad2: padding(14),
  xnpidle: atomic('who changes pidle; anyone asks'),
  xnmspinning: atomic('Ms that look for work'),
  /** Holding it gives the right to stop the world. */
  xworldsema: atomic('semaphore'),
  /** The main goroutine is done: every M leaves. */
  xshutdown: atomic('whoever ends the main goroutine; every M polls'),
  /** The main goroutine's record. */
  maing: by('boot'),
  pad3: padding(11),
});

export const SCHED: Ref = globalRecord('sched', Sched);
export const SCHED_LOCK = SCHED + Sched.at.lock;
export const XGCWAITING = SCHED + Sched.at.xgcwaiting;
export const XSHUTDOWN = SCHED + Sched.at.xshutdown;

/** Number of goroutine records ever made. */
export function allglen(m: Mem): number {
  return m[SCHED + Sched.at.allglen];
}
