/**
 * Parallel for with work stealing, as parfor.c of Go 1.3. Each thread owns a range of
 * iterations [begin, end), packed in the halves of one word.
 *
 *   1. Set-up divides the iterations evenly among the threads.
 *   2. A thread takes its own iterations from the front: an atomic add of 1 to the word.
 *   3. If its range is empty, it picks victims at random. It takes the back half of a victim's
 *      range with a CAS, stores it as its own range, and goes to 2.
 *   4. A thread that has found no victim for long counts itself in `done`; a thief leaves the
 *      count before it steals. When all threads are counted, the loop is over.
 *   5. Between its attempts a thief spins, then yields, then sleeps. If the caller does not
 *      wait (`wait` is 0), a thief leaves instead of yielding.
 *
 * Invariants: each iteration is in one range or taken, so it runs once. The owner may overshoot
 * an empty range by one, so `begin` needs a spare value. A thief leaves the victim at least one
 * iteration, which the owner may be taking.
 */
import { protocol } from '../memory/guardian.ts';
import { atomic, by, padding, struct, type Mem } from '../memory/struct.ts';
import { globalRecord } from '../memory/segment.ts';
import type { Ref } from '../memory/address.ts';
import { nanotime } from '../base/clock.ts';
import { fatal } from '../base/fatal.ts';
import { M, fastrand, type MRef } from '../machine/m.ts';
import { MOMENT, WITHIN } from './event-kinds.ts';
import { moment, records, within } from './events.ts';
import { osyield, procyield, usleep } from './os.ts';

/** Runs iteration `i`. */
export type ParForBody = (m: Mem, mp: MRef, i: number) => void;

const SETUP = protocol('parforsetup writes it, before the helpers are woken');

export const ParFor = struct('parfor', 16, {
  /** Threads that take part. */
  nthr: by(SETUP),
  /** Iterations. */
  cnt: by(SETUP),
  /** 1: a thread returns only when no thread has iterations left. */
  wait: by(SETUP),
  /** Threads that have begun: the next one's number. */
  xthrseq: atomic('each thread increments it once'),
  /** Threads that found no work for long. */
  xdone: atomic('any thread'),
  xnsteal: atomic('any thread adds'),
  xnstealcnt: atomic('any thread adds'),
  xnprocyield: atomic('any thread adds'),
  xnosyield: atomic('any thread adds'),
  xnsleep: atomic('any thread adds'),
});

/** One thread's range. Thieves write it, so each has a cache line of its own. */
export const ParForThread = struct('parforthread', 16, {
  xpos: atomic('its thread adds, thieves CAS'),
  /** If events are recorded: the number of the M that runs it, from 1; 0: none has begun. */
  xm: atomic('its thread'),
  pad: padding(14),
});

export const PARFOR_MAX_THREADS = 128;
/** The ends of a range are 16 bits; one value is spare for the owner's overshoot. */
export const PARFOR_MAX_ITERATIONS = 0xfffe;

const { nthr: NTHR, cnt: CNT, wait: WAIT, xthrseq: XTHRSEQ, xdone: XDONE } = ParFor.at;
const { xnsteal: XNSTEAL, xnstealcnt: XNSTEALCNT } = ParFor.at;
const { xnprocyield: XNPROCYIELD, xnosyield: XNOSYIELD, xnsleep: XNSLEEP } = ParFor.at;
const XM = ParForThread.at.xm;
const HEADER = ParFor.words;
const STRIDE = ParForThread.words;

/** The one parfor of the machine, over the roots. */
export const MARKFOR: Ref = globalRecord('parfor', ParFor);

globalRecord('parfor', ParForThread, PARFOR_MAX_THREADS, HEADER);

/**
 * Divides `n` iterations evenly among `nthr` threads; each must then call parfordo once.
 * @param desc the ParFor, followed by a ParForThread for each thread
 * @param wait whether a thread returns only when no thread has iterations left
 * @throws Fatal PARFOR_OUT_OF_RANGE
 */
export function parforsetup(m: Mem, desc: Ref, nthr: number, n: number, wait: boolean): void {
  if (nthr < 1 || nthr > PARFOR_MAX_THREADS || n < 0 || n > PARFOR_MAX_ITERATIONS) {
    fatal('PARFOR_OUT_OF_RANGE', { nthr, n });
  }
  m[desc + NTHR] = nthr;
  m[desc + CNT] = n;
  m[desc + WAIT] = wait ? 1 : 0;
  Atomics.store(m, desc + XTHRSEQ, 0);
  Atomics.store(m, desc + XDONE, 0);
  Atomics.store(m, desc + XNSTEAL, 0);
  Atomics.store(m, desc + XNSTEALCNT, 0);
  Atomics.store(m, desc + XNPROCYIELD, 0);
  Atomics.store(m, desc + XNOSYIELD, 0);
  Atomics.store(m, desc + XNSLEEP, 0);
  for (let i = 0; i < nthr; i++) {
    const begin = Math.floor((n * i) / nthr);
    const end = Math.floor((n * (i + 1)) / nthr);
    Atomics.store(m, posOf(desc, i), begin | (end << 16));
    if (records(m)) Atomics.store(m, posOf(desc, i) + XM, 0);
  }
}

/** Returns the word of thread `tid`'s range. */
export function posOf(desc: Ref, tid: number): Ref {
  return desc + HEADER + tid * STRIDE;
}

/**
 * Takes part in the loop until this thread finds no more work. Every iteration then has run or
 * is running on another thread.
 * @throws Fatal PARFOR_INVALID_TID if more threads call it than were set up
 */
export function parfordo(m: Mem, mp: MRef, desc: Ref, body: ParForBody): void {
  const tid = Atomics.add(m, desc + XTHRSEQ, 1);
  const nthr = m[desc + NTHR];
  if (tid >= nthr) fatal('PARFOR_INVALID_TID', { tid, nthr });
  if (nthr === 1) {
    for (let i = 0; i < m[desc + CNT]; i++) body(m, mp, i);
    return;
  }
  if (records(m)) Atomics.store(m, posOf(desc, tid) + XM, m[mp + M.at.id] + 1);
  for (;;) {
    runOwn(m, mp, posOf(desc, tid), body);
    const started = records(m) ? nanotime() : 0;
    const stole = stealSome(m, mp, desc, tid, nthr);
    if (records(m)) within(m, mp, WITHIN.steal, stole ? 1 : 0, 1, started);
    if (!stole) return;
  }
}

function runOwn(m: Mem, mp: MRef, pos: Ref, body: ParForBody): void {
  for (;;) {
    const range = Atomics.add(m, pos, 1);
    const begin = range & 0xffff;
    if (begin >= range >>> 16) return;
    body(m, mp, begin);
  }
}

/** Steals half of another thread's range; returns false if the loop is over for this thread. */
function stealSome(m: Mem, mp: MRef, desc: Ref, tid: number, nthr: number): boolean {
  let idle = false;
  for (let tries = 0; ; tries++) {
    // No work for long: count this thread. When all are counted, no iterations are left.
    if (tries > nthr * 4 && !idle) {
      idle = true;
      Atomics.add(m, desc + XDONE, 1);
    }
    if (Atomics.load(m, desc + XDONE) + (idle ? 0 : 1) === nthr) {
      if (!idle) Atomics.add(m, desc + XDONE, 1);
      return false;
    }
    const victim = posOf(desc, otherThan(tid, fastrand(m, mp) % (nthr - 1)));
    for (;;) {
      const range = Atomics.load(m, victim);
      const begin = range & 0xffff;
      const end = range >>> 16;
      // The owner may be taking its last iteration: leave it.
      if (begin + 1 >= end) break;
      if (idle) {
        idle = false;
        Atomics.sub(m, desc + XDONE, 1);
      }
      const middle = begin + ((end - begin) >> 1);
      if (Atomics.compareExchange(m, victim, range, begin | (middle << 16)) !== range) continue;
      Atomics.store(m, posOf(desc, tid), middle | (end << 16));
      Atomics.add(m, desc + XNSTEAL, 1);
      Atomics.add(m, desc + XNSTEALCNT, end - middle);
      if (records(m)) moment(m, mp, MOMENT.stolen, Atomics.load(m, victim + XM) - 1, end - middle, nanotime());
      return true;
    }
    if (tries < nthr) continue;
    if (tries < 4 * nthr) {
      Atomics.add(m, desc + XNPROCYIELD, 1);
      procyield(m, 20);
    } else if (m[desc + WAIT] === 0) {
      // The caller does not wait for the other threads: most of the work is done by now.
      if (!idle) Atomics.add(m, desc + XDONE, 1);
      return false;
    } else if (tries < 6 * nthr) {
      Atomics.add(m, desc + XNOSYIELD, 1);
      osyield(m);
    } else {
      Atomics.add(m, desc + XNSLEEP, 1);
      usleep(m, 1);
    }
  }
}

function otherThan(tid: number, victim: number): number {
  return victim >= tid ? victim + 1 : victim;
}
