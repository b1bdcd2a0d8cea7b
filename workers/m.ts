/** The worker of one M: runs goroutines on its P until the machine shuts down. */
import { arrive } from '../src/gc/doorbell.ts';
import { useCompiled } from '../src/gc/compiled.ts';
import { mAt } from '../src/machine/m.ts';
import { useCompiledMalloc } from '../src/malloc/compiled.ts';
import type { Mem } from '../src/memory/struct.ts';
import { link } from '../src/runtime/boot.ts';
import { settle } from '../src/runtime/settle.ts';
import { mstart, mstartIdle } from '../src/runtime/schedule.ts';
import { compiledFunctions, mallocFunctions, programFunctions } from '../src/compiled/instance.ts';
import { serve } from '../src/run/threads/serve.ts';
import type { MTask } from '../src/run/threads/task.ts';
import { useCompiledPrograms } from '../src/workloads/compiled.ts';
import { loadSteps } from '../src/workloads/user-module.ts';

/** The memory of the machine that this thread runs. */
let m: Mem;

serve(async (task: MTask, loaded) => {
  if (task.kind === 'settle') return settle(m);
  m = new Int32Array(task.buffer, 0, task.words);
  if (task.compiled !== null) {
    const { module, malloc, programs, memory } = task.compiled;
    useCompiled(compiledFunctions(module, memory, m));
    useCompiledMalloc(mallocFunctions(malloc, memory, m));
    useCompiledPrograms(programFunctions(programs, memory, m));
  }
  const text = link(await loadSteps(task.workload, task.file));
  loaded();
  const mp = mAt(m, task.index);
  arrive(m);
  if (task.index === 0) mstart(m, mp, text);
  else mstartIdle(m, mp, text);
});
