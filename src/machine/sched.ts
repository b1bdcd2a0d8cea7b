/** The scheduler's global state: what no single P owns. */
import { BOOT, guardedBy } from '../memory/guardian.ts';
import { atomic, by, lockField, padding, struct, type Mem } from '../memory/struct.ts';
import { globalRecord } from '../memory/segment.ts';
import type { Ref } from '../memory/address.ts';

const LOCK = guardedBy('sched.lock');

export const Sched = struct('sched', 96, {
  lock: lockField('sched.lock'),
  /** Idle Ms, the last to come first. */
  midle: by(LOCK),
  nmidle: by(LOCK),
  /** Idle Ps. */
  pidle: by(LOCK),
  /** Global queue of runnable goroutines; thieves look at the size without the lock. */
  runqhead: by(LOCK),
  runqtail: by(LOCK),
  runqsize: by(guardedBy('sched.lock', { reads: 'racy', note: 'as a hint' })),
  /** Dead goroutine records for reuse. */
  gfree: by(LOCK),
  /** Records ever made: allg is [0, allglen). */
  allglen: by(guardedBy('sched.lock', { reads: 'free', note: 'it only grows' })),
  goidgen: by(LOCK),
  pad0: padding(5),
  /** Somebody waits for the world to stop: reach a safe point. */
  xgcwaiting: atomic('the M that stops the world sets it; every M polls it'),
  pad1: padding(15),
  /** Ps still to be stopped. */
  stopwait: by(LOCK),
  xstopnote: atomic('a note: the last P to stop wakes the M that stops the world'),
  pad2: padding(14),
  xnpidle: atomic('changed with pidle, under sched.lock; any M reads it'),
  xnmspinning: atomic('each spinning M'),
  /** Holding it gives the right to stop the world. */
  xworldsema: atomic('a semaphore'),
  /** The main goroutine is done: every M leaves. */
  xshutdown: atomic('the M that ends the main goroutine sets it; every M polls it'),
  /** The main goroutine's record. */
  maing: by(BOOT),
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
