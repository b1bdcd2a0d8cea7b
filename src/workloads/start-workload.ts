/** Creates the main goroutine of a workload. */
import { SCHED, Sched } from '../machine/sched.ts';
import type { MRef } from '../machine/m.ts';
import type { Mem } from '../memory/struct.ts';
import { startMain } from '../runtime/boot.ts';
import { setInt } from '../runtime/mutator.ts';
import type { Workload } from './workload.ts';

/** Creates the main goroutine, runnable on M 0, with `args` as its first ints. */
export function startWorkload(m: Mem, m0: MRef, main: Workload['main'], args: readonly number[]): void {
  startMain(m, m0, main.pc, main.slots);
  const gp = m[SCHED + Sched.at.maing];
  args.forEach((value, i) => setInt(m, gp, i, value));
}
