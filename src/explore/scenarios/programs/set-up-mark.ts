/** Prepares a mark of scenarios that run the mark phase alone, without the cycle around it. */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import { MARKFOR, parforsetup } from '../../../sync/parfor.ts';
import { prepareMark } from '../../../gc/policy.ts';
import { rootCount } from '../../../gc/roots.ts';
import { NPROC, XALLDONE, XNDONE, XNWAIT } from '../../../gc/work.ts';

/** Sets up a mark by all Ms, as setUpMark of runtime/gc.ts does. No M runs yet. */
export function setUpMark(m: Mem): void {
  const nproc = m[CONFIG + Config.at.nprocs];
  Atomics.store(m, XNWAIT, 0);
  Atomics.store(m, XNDONE, 0);
  Atomics.store(m, XALLDONE, 0);
  m[NPROC] = nproc;
  parforsetup(m, MARKFOR, nproc, rootCount(m), false);
  prepareMark(m);
}
