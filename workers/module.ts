/** The thread of a user's module. It loads and checks the module, and calls the functions that the machine's tasks name. */
import { mAt } from '../src/machine/m.ts';
import { startWorkload } from '../src/workloads/start-workload.ts';
import { describeWorkload } from '../src/workloads/description.ts';
import { guardGlobals } from '../src/workloads/guard-globals.ts';
import { loadWorkload } from '../src/workloads/load-workload.ts';
import type { Workload } from '../src/workloads/workload.ts';
import type { ModuleTask } from '../src/run/threads/module-task.ts';
import { serve } from '../src/run/threads/serve.ts';

let workload: Workload;

serve(async (task: ModuleTask, loaded): Promise<unknown> => {
  if (task.kind === 'describe') {
    guardGlobals();
    workload = await loadWorkload(task.spec, task.file);
    return describeWorkload(workload);
  }
  loaded();
  if (task.kind === 'needs') return workload.needs(task.params);
  if (task.kind === 'args') return workload.args(task.params, task.seed);
  const m = new Int32Array(task.buffer, 0, task.words);
  if (task.kind === 'report') return workload.report?.(m, task.params);
  if (task.kind === 'start') return startWorkload(m, mAt(m, 0), workload.main, task.args);
  return workload.build?.(m, mAt(m, 0), task.params);
});
