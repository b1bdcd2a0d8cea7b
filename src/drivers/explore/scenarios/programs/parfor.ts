/** One parallel loop. Each iteration says that it has begun, and that it is over. */
import type { Mem } from '../../../../memory/struct.ts';
import { CONFIG, Config } from '../../../../memory/config.ts';
import type { Ref } from '../../../../memory/address.ts';
import { fatal } from '../../../../base/fatal.ts';
import { usleep } from '../../../../sync/os.ts';
import { MARKFOR, ParFor, parfordo, parforsetup } from '../../../../sync/parfor.ts';
import { mAt, type MRef } from '../../../../machine/m.ts';

const { cnt: CNT, wait: WAIT, xthrseq: XTHRSEQ, xdone: XDONE } = ParFor.at;

/** What iterations are: not begun, under way, over. */
export const ITERATION = { waiting: 0, running: 1, over: 2 } as const;

/**
 * Iterations whose number has this bit take long when others wait for the end. With eight for
 * each thread these are the ones that a thief takes first; the owner is soon done with the rest.
 */
const LONG = 4;
const LONG_US = 4;

/** Word of iteration `i`. */
function cell(m: Mem, i: number): Ref {
  return m[CONFIG + Config.at.bss] + i;
}

/** Sets the loop up where one of as many threads has run before. */
export function buildParFor(m: Mem, nthr: number, n: number, wait: boolean): void {
  Atomics.store(m, MARKFOR + XTHRSEQ, nthr);
  Atomics.store(m, MARKFOR + XDONE, nthr);
  parforsetup(m, MARKFOR, nthr, n, wait);
}

/** The part of M `index` in it. */
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
  if (m[MARKFOR + WAIT] !== 0 && (i & LONG) !== 0) usleep(m, LONG_US);
  Atomics.store(m, cell(m, i), ITERATION.over);
}
