/** One M of a whole machine, from its start to its end. */
import type { Mem } from '../../../memory/struct.ts';
import { ringDoorbell } from '../../../sync/bell.ts';
import { mAt, type MRef } from '../../../machine/m.ts';
import type { Step } from '../../../runtime/goroutine.ts';
import { mstart, mstartIdle } from '../../../runtime/schedule.ts';

/** Runs M `index`, and rings the bell when it has left: the watcher then checks whether all have. */
export function runM(m: Mem, index: number, text: readonly Step[]): void {
  const mp: MRef = mAt(m, index);
  if (index === 0) mstart(m, mp, text);
  else mstartIdle(m, mp, text);
  ringDoorbell(m);
}
