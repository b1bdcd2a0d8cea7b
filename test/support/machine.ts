/** A machine of one P that runs a workload in the test's own thread, to its end. */
import { Fatal } from '../../src/base/fatal.ts';
import type { Mem } from '../../src/memory/struct.ts';
import type { COLLECTOR } from '../../src/gc/collectors/registry.ts';
import { SPAN_STATE, Span, spanAt } from '../../src/heap/span.ts';
import { nspan } from '../../src/malloc/mheap.ts';
import { drainCycles, type Cycle } from '../../src/gc/cycle-log.ts';
import { shapeFor, type ShapeOptions } from '../../src/run/shape.ts';
import { SCHED, Sched } from '../../src/machine/sched.ts';
import { readMemStats, type MemStats } from '../../src/inspect/memstats.ts';
import { boot, enableGC, link, planMemory, startMain } from '../../src/runtime/boot.ts';
import { setInt } from '../../src/runtime/mutator.ts';
import { mstart } from '../../src/runtime/schedule.ts';
import { settle } from '../../src/runtime/settle.ts';
import { checkParams } from '../../src/workloads/params.ts';
import type { Params, Workload } from '../../src/workloads/workload.ts';

export interface MachineOptions {
  /** GOGC in percent, -1 for off; 100 unless given. */
  readonly gogc?: number;
  /** Default: what the workload needs. */
  readonly arenaMB?: number;
  readonly seed?: number;
  readonly ptrWords?: 1 | 2;
  readonly types?: 'none' | 'mtypes' | 'heapbits';
  /** Steps of a time slice. */
  readonly timeslice?: number;
  /** A forced collection about every so many steps. */
  readonly gcEvery?: number;
  readonly collector?: keyof typeof COLLECTOR;
  /** Options of the concurrent collector. */
  readonly concurrent?: Pick<ShapeOptions, 'barrier' | 'stacks' | 'termination' | 'barrierBuffer' | 'checkmark'>;
  /** Stops at checkpoints; what answers them, see verify-hook.ts. */
  readonly verify?: boolean;
  readonly memprofileRate?: number;
  /** Makes the memory of so many words; by default one that only JavaScript uses. */
  readonly memory?: (words: number) => Mem;
  /** What else is to be built, after the workload's own. */
  readonly build?: (m: Mem, m0: number) => void;
  /** In place of the workload's. */
  readonly args?: readonly number[];
}

export interface Run {
  readonly m: Mem;
  readonly params: Params;
  readonly cycles: readonly Cycle[];
  /** After the run, all swept. */
  readonly memstats: MemStats;
  readonly lines: readonly string[];
}

/** Runs `workload` with `params` (the others at their defaults) until its main goroutine ends. */
export function runOnOneP(workload: Workload, params: Params = {}, options: MachineOptions = {}): Run {
  const checked = checkParams(workload, params);
  const needs = workload.needs(checked);
  const seed = options.seed ?? 1;
  const arena = options.arenaMB === undefined ? needs.arenaBytes : options.arenaMB * 2 ** 20;
  const shape = shapeFor({ procs: 1, arena, seed, gcEvery: options.gcEvery, collector: options.collector, ...options.concurrent, types: options.types, verify: options.verify, memprofileRate: options.memprofileRate, goarch: options.ptrWords === 1 ? '386' : 'amd64' }, needs, workload.types);
  const map = planMemory({
    ...shape,
    timeslice: options.timeslice ?? shape.timeslice,
    // Nobody reads it while the machine runs.
    cycleLogCap: 1 << 14,
  });
  const m = options.memory?.(map.words) ?? new Int32Array(new SharedArrayBuffer(map.words * 4));
  const m0 = boot(m, map, options.gogc ?? 100, workload.types);
  workload.build?.(m, m0, checked);
  options.build?.(m, m0);
  startMain(m, m0, workload.main.pc, workload.main.slots);
  const main = m[SCHED + Sched.at.maing];
  (options.args ?? workload.args(checked, seed)).forEach((value, i) => setInt(m, main, i, value));
  enableGC(m);
  mstart(m, m0, link(workload.steps));
  settle(m);
  return { m, params: checked, cycles: drainCycles(m), memstats: readMemStats(m), lines: workload.report?.(m, checked) ?? [] };
}

/** The code of the Fatal that `run` throws. */
export function fatalCode(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof Fatal) return error.code;
    throw error;
  }
  return 'nothing was thrown';
}

/** Spans in use, by the bytes of their blocks. */
export function spansByBlock(m: Mem): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (let i = 0; i < nspan(m); i++) {
    const s = spanAt(m, i);
    if (m[s + Span.at.state] !== SPAN_STATE.inUse) continue;
    const size = m[s + Span.at.elemsize];
    counts.set(size, (counts.get(size) ?? 0) + 1);
  }
  return counts;
}
