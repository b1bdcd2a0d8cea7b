/**
 * Blocks freed by another M than the one that allocates from their span: while a P caches the
 * span, when it has just been given back, and before it is swept. Cells hand the blocks over;
 * whoever takes one out of its cell frees it.
 */
import type { Mem } from '../../../../memory/struct.ts';
import { CONFIG, Config } from '../../../../memory/config.ts';
import type { Ref } from '../../../../memory/address.ts';
import { fatal } from '../../../../base/fatal.ts';
import { mAt, type MRef } from '../../../../machine/m.ts';
import { BIT_MARKED, bitsShift, bitsWord, markShift } from '../../../../heap/bitmap.ts';
import { free } from '../../../../malloc/free.ts';
import { mallocgc } from '../../../../malloc/malloc.ts';
import { NOTHING_TO_SWEEP, SWEEP_NSPAN, XSPANIDX, sweepone } from '../../../../malloc/sweep.ts';
import { SWEEPGEN, XSWEEPDONE, nspan } from '../../../../malloc/mheap.ts';
import { MSTATS, MStats } from '../../../../malloc/mstats.ts';
import { setGoal } from '../../../../malloc/pacing.ts';
import { flushallmcaches } from '../../../../gc/roots.ts';
import { cachestats } from '../../../../gc/stats.ts';

/** Four blocks a span. */
const BYTES = 2048;
/** Blocks from before, of which every second is live and is handed over; and those made beside. */
const BUILT = 6;
const MADE = 8;
const CELLS = MADE + BUILT / 2;
/** How often an M that frees looks through the cells. */
const LOOKS = 3;

/** Spans to be swept; their live blocks are in the last cells. */
export function buildFreeBeside(m: Mem, m0: MRef): void {
  for (let i = 0; i < BUILT; i++) {
    const p = mallocgc(m, m0, BYTES, 0);
    if (i % 2 !== 0) continue;
    m[bitsWord(m, p) + 1] |= BIT_MARKED << markShift(bitsShift(m, p));
    Atomics.store(m, cell(m, MADE + i / 2), p);
  }
  flushallmcaches(m, m0);
  cachestats(m, m0);
  setGoal(m, m[MSTATS + MStats.at.heapAllocQ]);
  m[SWEEPGEN] += 2;
  Atomics.store(m, XSWEEPDONE, 0);
  m[SWEEP_NSPAN] = nspan(m);
  Atomics.store(m, XSPANIDX, 0);
}

function cell(m: Mem, i: number): Ref {
  return m[CONFIG + Config.at.bss] + i;
}

/** M 0 allocates and hands over; the others free what they find, the last one sweeps first. */
export function freeBeside(m: Mem, index: number): void {
  const mp = mAt(m, index);
  if (index === 0) make(m, mp);
  else if (index === 2) while (sweepone(m, mp) !== NOTHING_TO_SWEEP);
  for (let i = 0; i < LOOKS; i++) freeFound(m, mp);
}

function make(m: Mem, mp: MRef): void {
  for (let i = 0; i < MADE; i++) {
    const p = mallocgc(m, mp, BYTES, 0);
    for (let word = 0; word < 4; word++) if (m[p + word] !== 0) fatal('BLOCK_NOT_CLEAR', { block: p, word, holds: m[p + word] });
    m[p + 2] = ~i;
    Atomics.store(m, cell(m, i), p);
  }
}

function freeFound(m: Mem, mp: MRef): void {
  for (let i = 0; i < CELLS; i++) {
    const p = Atomics.exchange(m, cell(m, i), 0);
    if (p === 0) continue;
    if (i < MADE && m[p + 2] !== ~i) fatal('BLOCK_HANDED_OUT_TWICE', { block: p, cell: i, holds: m[p + 2] });
    free(m, mp, p);
  }
}
