/** After the last M has left: what is left to sweep is swept, and the statistics are recounted. */
import type { Mem } from '../memory/struct.ts';
import { mAt } from '../machine/m.ts';
import { mprofGC } from '../malloc/buckets.ts';
import { NOTHING_TO_SWEEP, sweepone } from '../malloc/sweep.ts';
import { updatememstats } from '../gc/stats.ts';

/** Runs on M 0; no other M may be running. */
export function settle(m: Mem): void {
  const m0 = mAt(m, 0);
  while (sweepone(m, m0) !== NOTHING_TO_SWEEP);
  // All that the last cycle found to be garbage is freed: its profile is complete.
  mprofGC(m, m0);
  updatememstats(m, m0);
}
