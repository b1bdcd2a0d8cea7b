/** After the last M has left: what is left to sweep is swept, and the statistics are recounted. */
import type { Mem } from '../memory/struct.ts';
import { mAt } from '../machine/m.ts';
import { NOTHING_TO_SWEEP, sweepone } from '../malloc/sweep.ts';
import { updatememstats } from '../gc/stats.ts';

/** Runs on M 0; no other M may be running. */
export function settle(m: Mem): void {
  const m0 = mAt(m, 0);
  while (sweepone(m, m0) !== NOTHING_TO_SWEEP);
  updatememstats(m, m0);
}
