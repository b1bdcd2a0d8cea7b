/** The worker of one M: runs goroutines on its P until the machine shuts down. */
import { arrive } from '../src/gc/doorbell.ts';
import { useCompiled } from '../src/gc/compiled.ts';
import { mAt } from '../src/machine/m.ts';
import { link } from '../src/runtime/boot.ts';
import { mstart, mstartIdle } from '../src/runtime/schedule.ts';
import { compiledScanRun } from '../src/drivers/compiled/instance.ts';
import { outcomeOf, type MOutcome, type MTask } from '../src/drivers/threads/task.ts';
import { loadSteps } from '../src/workloads/user-module.ts';

export default async function runM(task: MTask): Promise<MOutcome> {
  try {
    const m = new Int32Array(task.buffer, 0, task.words);
    if (task.compiled !== null) useCompiled(compiledScanRun(task.compiled.module, task.compiled.memory));
    const text = link(await loadSteps(task.workload));
    const mp = mAt(m, task.index);
    arrive(m);
    if (task.index === 0) mstart(m, mp, text);
    else mstartIdle(m, mp, text);
    return { ok: true };
  } catch (error) {
    return outcomeOf(error);
  }
}
