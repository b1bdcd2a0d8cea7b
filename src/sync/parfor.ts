/**
 * Parallel for with work stealing, as parfor.c of Go 1.3. Each thread owns a range of
 * iterations packed in one word, [begin, end) in its halves. The owner takes from the front
 * with an atomic add; a thief cuts off the back half with a CAS.
 */
import { protocol } from '../memory/guardian.ts';
import { atomic, by, padding, struct, type Mem } from '../memory/struct.ts';
import { globalRecord } from '../memory/segment.ts';
import type { Ref } from '../memory/address.ts';
import { fatal } from '../base/fatal.ts';
import { fastrand, type MRef } from '../machine/m.ts';
import { osyield, procyield, usleep } from './os.ts';

/** Runs iteration `i`. */
export type ParForBody = (m: Mem, mp: MRef, i: number) => void;

const SETUP = protocol('parforsetup writes it, before the helpers are woken');

export const ParFor = struct('parfor', 16, {
  nthr: by(SETUP),
  cnt: by(SETUP),
  /** 1: return only when all iterations are done. */
  wait: by(SETUP),
  xthrseq: atomic('each thread increments it once'),
  /** Threads that see no work left. */
  xdone: atomic('any thread'),
  xnsteal: atomic('any thread adds'),
  xnstealcnt: atomic('any thread adds'),
  xnprocyield: atomic('any thread adds'),
  xnosyield: atomic('any thread adds'),
  xnsleep: atomic('any thread adds'),
});

/** One thread's range; a cache line each, because thieves write to it. */
export const ParForThread = struct('parforthread', 16, {
  xpos: atomic('its thread adds, thieves CAS'),
  pad: padding(15),
});

export const PARFOR_MAX_THREADS = 128;
/** A range's ends are 16 bits; one spare for the owner's overshoot by one. */
export const PARFOR_MAX_ITERATIONS = 0xfffe;

const { nthr: NTHR, cnt: CNT, wait: WAIT, xthrseq: XTHRSEQ, xdone: XDONE } = ParFor.at;
const { xnsteal: XNSTEAL, xnstealcnt: XNSTEALCNT } = ParFor.at;
const { xnprocyield: XNPROCYIELD, xnosyield: XNOSYIELD, xnsleep: XNSLEEP } = ParFor.at;
const HEADER = ParFor.words;
const STRIDE = ParForThread.words;

/** The one parfor of the machine, over the roots. */
export const MARKFOR: Ref = globalRecord('parfor', ParFor);

globalRecord('parfor', ParForThread, PARFOR_MAX_THREADS, HEADER);

/** Splits `n` iterations evenly over `nthr` threads; each must then call parfordo once. */
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
  }
}

/** Word of thread `tid`'s range. */
export function posOf(desc: Ref, tid: number): Ref {
  return desc + HEADER + tid * STRIDE;
}

/** Takes part in the loop until no work is seen; every iteration then ran or is running. */
export function parfordo(m: Mem, mp: MRef, desc: Ref, body: ParForBody): void {
  const tid = Atomics.add(m, desc + XTHRSEQ, 1);
  const nthr = m[desc + NTHR];
  if (tid >= nthr) fatal('PARFOR_INVALID_TID', { tid, nthr });
  if (nthr === 1) {
    for (let i = 0; i < m[desc + CNT]; i++) body(m, mp, i);
    return;
  }
  for (;;) {
    runOwn(m, mp, posOf(desc, tid), body);
    if (!stealSome(m, mp, desc, tid, nthr)) return;
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

/** Moves another thread's back half here; false when the loop is over for this thread. */
function stealSome(m: Mem, mp: MRef, desc: Ref, tid: number, nthr: number): boolean {
  let idle = false;
  for (let tries = 0; ; tries++) {
    // Having seen no work for long enough, say so; when all have, nothing is left.
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
      // One iteration is left to its owner, who may be about to take it.
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
      return true;
    }
    if (tries < nthr) continue;
    if (tries < 4 * nthr) {
      Atomics.add(m, desc + XNPROCYIELD, 1);
      procyield(m, 20);
    } else if (m[desc + WAIT] === 0) {
      // The caller doesn't wait for the others: most of the work is done by now.
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
