/** The global state of the scheduler. */
import { BOOT, guardedBy } from '../memory/guardian.ts';
import { atomic, by, lockField, padding, struct, type Mem } from '../memory/struct.ts';
import { globalRecord } from '../memory/segment.ts';
import type { Ref } from '../memory/address.ts';

const LOCK = guardedBy('sched.lock');

export const Sched = struct('sched', 96, {
  lock: lockField('sched.lock'),
  /** List of idle Ms, the last one first. */
  midle: by(LOCK),
  /** Length of midle. */
  nmidle: by(LOCK),
  /** List of idle Ps. */
  pidle: by(LOCK),
  /** First goroutine of the global run queue. */
  runqhead: by(LOCK),
  /** Last goroutine of the global run queue. */
  runqtail: by(LOCK),
  /** Length of the global run queue. */
  runqsize: by(guardedBy('sched.lock', { reads: 'racy', note: 'as a hint' })),
  /** Records of dead goroutines, for reuse. */
  gfree: by(LOCK),
  /** Goroutine records ever made: allg is [0, allglen). */
  allglen: by(guardedBy('sched.lock', { reads: 'free', note: 'it only grows' })),
  /** Goroutines ever made. */
  goidgen: by(LOCK),
  pad0: padding(5),
  /** 1: an M stops the world, so every other M must reach a safe point. */
  xgcwaiting: atomic('the M that stops the world sets it; every M polls it'),
  pad1: padding(15),
  /** Ps still to be stopped. */
  stopwait: by(LOCK),
  /** Woken when stopwait becomes 0. */
  xstopnote: atomic('a note: the last P to stop wakes the M that stops the world'),
  pad2: padding(14),
  /** Length of pidle. */
  xnpidle: atomic('changed with pidle, under sched.lock; any M reads it'),
  /** Spinning Ms. */
  xnmspinning: atomic('each spinning M'),
  /** Only its holder may stop the world. */
  xworldsema: atomic('a semaphore'),
  /** 1: the main goroutine has ended, so every M leaves. */
  xshutdown: atomic('the M that ends the main goroutine sets it; every M polls it'),
  /** The main goroutine's record. */
  maing: by(BOOT),
  pad3: padding(11),
});

export const SCHED: Ref = globalRecord('sched', Sched);
export const SCHED_LOCK = SCHED + Sched.at.lock;
export const XGCWAITING = SCHED + Sched.at.xgcwaiting;
export const XSHUTDOWN = SCHED + Sched.at.xshutdown;

/** Returns the number of goroutine records ever made. */
export function allglen(m: Mem): number {
  return m[SCHED + Sched.at.allglen];
}
