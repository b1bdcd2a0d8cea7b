/** One parallel loop. Each iteration records its begin and its end. */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import type { Ref } from '../../../memory/address.ts';
import { fatal } from '../../../base/fatal.ts';
import { usleep } from '../../../sync/os.ts';
import { MARKFOR, ParFor, parfordo, parforsetup, posOf } from '../../../sync/parfor.ts';
import { M, mAt, type MRef } from '../../../machine/m.ts';

const { nthr: NTHR, cnt: CNT, wait: WAIT, xthrseq: XTHRSEQ, xdone: XDONE, xnsteal: XNSTEAL, xnstealcnt: XNSTEALCNT } = ParFor.at;

/** States of an iteration: not begun, running, over. */
export const ITERATION = { waiting: 0, running: 1, over: 2 } as const;

/**
 * Iterations from this one on take long if others wait for the end. Of 16 iterations for two threads these
 * are the ones that a thief takes from the second; the rest is done soon.
 */
const LONG_FROM = 12;
const LONG_US = 4;
/** Long enough that most other threads count as done. */
const LATE_US = 8;

/** Returns the word of iteration `i`. */
function cell(m: Mem, i: number): Ref {
  return m[CONFIG + Config.at.bss] + i;
}

/** Largest numbers of iterations and Ms. */
const MOST = 16;

/** Words after the iterations' own: the M that ran each, plus 1; the iteration that each M ran first, plus 1. */
export function parforRanBy(i: number): number {
  return MOST + i;
}
export function parforFirstOf(index: number): number {
  return 2 * MOST + index;
}

/** Sets up the loop in a record in which a loop of as many threads has run before. */
export function buildParFor(m: Mem, nthr: number, n: number, wait: boolean): void {
  Atomics.store(m, MARKFOR + XTHRSEQ, nthr);
  Atomics.store(m, MARKFOR + XDONE, nthr);
  Atomics.store(m, MARKFOR + XNSTEAL, nthr);
  Atomics.store(m, MARKFOR + XNSTEALCNT, n);
  parforsetup(m, MARKFOR, nthr, n, wait);
}

/** Sets up a loop that waits, but without ranges: M 0 fills in the whole range later. */
export function buildParForLate(m: Mem, nthr: number, n: number): void {
  buildParFor(m, nthr, n, true);
  for (let tid = 0; tid < nthr; tid++) Atomics.store(m, posOf(MARKFOR, tid), 0);
}

/**
 * The work of M `index` in a loop whose ranges come late. M 0 acts as a thief that stalls between its steal
 * and the update of its own range: the others see no work, count as done, and find work after all.
 */
export function runParForLate(m: Mem, index: number): void {
  if (index === 0) {
    const last = m[MARKFOR + NTHR] - 1;
    while (Atomics.load(m, MARKFOR + XTHRSEQ) !== last) usleep(m, 1);
    usleep(m, LATE_US);
    Atomics.store(m, posOf(MARKFOR, last), m[MARKFOR + CNT] << 16);
  }
  runParFor(m, index);
}

/** The work of M `index`. */
export function runParFor(m: Mem, index: number): void {
  parfordo(m, mAt(m, index), MARKFOR, iterate);
  if (m[MARKFOR + WAIT] === 0) return;
  for (let i = 0; i < m[MARKFOR + CNT]; i++) {
    const state = Atomics.load(m, cell(m, i));
    if (state !== ITERATION.over) fatal('PARFOR_RETURNED_EARLY', { m: index, iteration: i, state });
  }
}

function iterate(m: Mem, mp: MRef, i: number): void {
  const before = Atomics.add(m, cell(m, i), 1);
  if (before !== ITERATION.waiting) fatal('ITERATION_RAN_TWICE', { mp, iteration: i });
  const index = m[mp + M.at.id];
  m[cell(m, parforRanBy(i))] = index + 1;
  if (m[cell(m, parforFirstOf(index))] === 0) m[cell(m, parforFirstOf(index))] = i + 1;
  if (m[MARKFOR + WAIT] !== 0 && i >= LONG_FROM) usleep(m, LONG_US);
  Atomics.store(m, cell(m, i), ITERATION.over);
}
