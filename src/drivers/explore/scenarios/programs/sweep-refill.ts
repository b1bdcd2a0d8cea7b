/**
 * Nothing but the time after a mark: every span needs sweeping, one M sweeps, the others
 * allocate from the same classes, so that they sweep, wait for who sweeps, or take what has
 * just been swept.
 */
import type { Mem } from '../../../../memory/struct.ts';
import type { Ref } from '../../../../memory/address.ts';
import { fatal } from '../../../../base/fatal.ts';
import { mAt, type MRef } from '../../../../machine/m.ts';
import { BIT_MARKED, bitsShift, bitsWord, markShift } from '../../../../heap/bitmap.ts';
import { FLAG_NOSCAN } from '../../../../malloc/flags.ts';
import { mallocgc } from '../../../../malloc/malloc.ts';
import { NOTHING_TO_SWEEP, SWEEP_NSPAN, XSPANIDX, sweepone } from '../../../../malloc/sweep.ts';
import { SWEEPGEN, XSWEEPDONE, nspan } from '../../../../malloc/mheap.ts';
import { MSTATS, MStats } from '../../../../malloc/mstats.ts';
import { setGoal } from '../../../../malloc/pacing.ts';
import { flushallmcaches } from '../../../../gc/roots.ts';
import { cachestats } from '../../../../gc/stats.ts';

/** Four, five and two blocks a span. */
const CLASSES = [2048, 1536, 4096] as const;
/** Blocks of each class there are, every third one marked: spans live in part, full or not, and one that is all garbage. */
const BUILT = 7;
/** Each allocating M takes so many of each class. */
const TAKEN = 4;

/** Blocks in spans that are full, partly free, or all garbage, as a mark would leave them. */
export function buildSweepRefill(m: Mem, m0: MRef): void {
  for (const bytes of CLASSES) {
    for (let i = 0; i < BUILT; i++) {
      const p = mallocgc(m, m0, bytes, FLAG_NOSCAN);
      if (i % 3 === 0) m[bitsWord(m, p) + 1] |= BIT_MARKED << markShift(bitsShift(m, p));
    }
  }
  flushallmcaches(m, m0);
  cachestats(m, m0);
  setGoal(m, m[MSTATS + MStats.at.heapAllocQ]);
  m[SWEEPGEN] += 2;
  Atomics.store(m, XSWEEPDONE, 0);
  m[SWEEP_NSPAN] = nspan(m);
  Atomics.store(m, XSPANIDX, 0);
}

/** M 0 sweeps all there is to sweep; the others allocate, and say in each block whose it is. */
export function sweepRefill(m: Mem, index: number): void {
  const mp = mAt(m, index);
  if (index === 0) {
    while (sweepone(m, mp) !== NOTHING_TO_SWEEP);
    return;
  }
  const taken: Ref[] = [];
  for (let i = 0; i < TAKEN; i++) {
    for (const bytes of CLASSES) {
      const p = mallocgc(m, mp, bytes, FLAG_NOSCAN);
      m[p] = index;
      taken.push(p);
    }
  }
  for (const p of taken) if (m[p] !== index) fatal('BLOCK_HANDED_OUT_TWICE', { block: p, to: index, and: m[p] });
}
