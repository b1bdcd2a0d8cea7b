/** Settling a machine after its last M has left: the remaining spans are swept, and the statistics recounted. */
import type { Mem } from '../memory/struct.ts';
import { mAt } from '../machine/m.ts';
import { mprofGC } from '../malloc/buckets.ts';
import { sweepone } from '../malloc/compiled.ts';
import { NOTHING_TO_SWEEP } from '../malloc/sweep.ts';
import { abandonMark } from '../gc/collector.ts';
import { updatememstats } from '../gc/stats.ts';

/** Sweeps, completes the memory profile and recounts. Runs as M 0; no M may be running. */
export function settle(m: Mem): void {
  const m0 = mAt(m, 0);
  abandonMark(m, m0);
  while (sweepone(m, m0) !== NOTHING_TO_SWEEP);
  // The garbage of the last cycle is freed, so its profile is complete: publish it.
  mprofGC(m, m0);
  updatememstats(m, m0);
}
