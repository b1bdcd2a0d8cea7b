/** Sets up the state after a mark, for programs that begin there. */
import type { Mem } from '../../../memory/struct.ts';
import type { Ref } from '../../../memory/address.ts';
import type { MRef } from '../../../machine/m.ts';
import { BIT_MARKED, bitsShift, bitsWord, markShift } from '../../../heap/bitmap.ts';
import { SWEEP_NSPAN, XSPANIDX } from '../../../malloc/sweep.ts';
import { SWEEPGEN, XSWEEPDONE, nspan } from '../../../malloc/mheap.ts';
import { mprofGC } from '../../../malloc/buckets.ts';
import { MSTATS, MStats } from '../../../malloc/mstats.ts';
import { setGoal } from '../../../malloc/pacing.ts';
import { flushallmcaches } from '../../../gc/roots.ts';
import { cachestats } from '../../../gc/stats.ts';

/** Marks the block at `p`: it survives. */
export function keep(m: Mem, p: Ref): void {
  m[bitsWord(m, p) + 1] |= BIT_MARKED << markShift(bitsShift(m, p));
}

/** Ends the mark: every span is unswept, and blocks that were not kept are garbage. */
export function endMark(m: Mem, m0: MRef): void {
  flushallmcaches(m, m0);
  cachestats(m, m0);
  setGoal(m, m[MSTATS + MStats.at.heapAllocQ]);
  m[SWEEPGEN] += 2;
  Atomics.store(m, XSWEEPDONE, 0);
  m[SWEEP_NSPAN] = nspan(m);
  Atomics.store(m, XSPANIDX, 0);
  mprofGC(m, m0);
}
