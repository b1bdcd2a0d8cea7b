/** One M of a whole machine, from its start until it leaves. */
import type { Mem } from '../../../memory/struct.ts';
import { ringDoorbell } from '../../../sync/bell.ts';
import { mAt, type MRef } from '../../../machine/m.ts';
import type { Step } from '../../../runtime/goroutine.ts';
import { mstart, mstartIdle } from '../../../runtime/schedule.ts';

/** Runs M `index`; rings when it has left, so that the watcher can see whether all have. */
export function runM(m: Mem, index: number, text: readonly Step[]): void {
  const mp: MRef = mAt(m, index);
  if (index === 0) mstart(m, mp, text);
  else mstartIdle(m, mp, text);
  ringDoorbell(m);
}
