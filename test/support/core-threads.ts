/** Machines on real threads, under a watchdog. */
import { Worker } from 'node:worker_threads';
import type { Mem } from '../../src/memory/struct.ts';
import type { MachineShape } from '../../src/memory/map.ts';
import { SCHED, Sched } from '../../src/machine/sched.ts';
import { drainCycles, type Cycle } from '../../src/gc/cycle-log.ts';
import { describeMachine } from '../../src/inspect/machine-state.ts';
import { enableGC, startMain } from '../../src/runtime/boot.ts';
import { setInt } from '../../src/runtime/mutator.ts';
import { settle } from '../../src/runtime/settle.ts';
import { bootCore } from './core-machine.ts';

export interface ThreadsRun {
  readonly m: Mem;
  readonly cycles: readonly Cycle[];
}

export interface ThreadsOptions {
  readonly shape: Partial<MachineShape>;
  readonly gogc?: number;
  /** Ints of the main goroutine. */
  readonly args?: readonly number[];
  /** After so long the run counts as hung. */
  readonly limitMs?: number;
}

const LOOK_MS = 20;

/**
 * Runs `program` of core-programs.mjs, one worker thread for each P, until its main goroutine
 * ends and every M has left; then sweeps the rest.
 * @throws Error with the machine's state when it is not done in time
 */
export async function runOnThreads(program: string, options: ThreadsOptions): Promise<ThreadsRun> {
  const { m, m0, map } = bootCore(options.shape, options.gogc ?? 100);
  startMain(m, m0, 0, 4);
  (options.args ?? []).forEach((value, i) => setInt(m, m[SCHED + Sched.at.maing], i, value));
  enableGC(m);
  const cycles: Cycle[] = [];
  const look = setInterval(() => cycles.push(...drainCycles(m)), LOOK_MS);
  const workers = Array.from({ length: map.shape.procs }, (_, index) => start('core-worker.mjs', { memory: m.buffer, index, program }));
  try {
    await withLimit(Promise.all(workers.map(exited)), options.limitMs ?? 20_000, () => `${program} hangs:\n${describeMachine(m)}`);
  } finally {
    clearInterval(look);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  settle(m);
  cycles.push(...drainCycles(m));
  return { m, cycles };
}

/** Runs `task` of core-sync-worker.mjs on `threads` real threads over `memory`; resolves to what each posted. */
export async function runSyncTask(task: string, memory: SharedArrayBuffer, threads: number, args: Readonly<Record<string, unknown>>, limitMs = 20_000): Promise<unknown[]> {
  const workers = Array.from({ length: threads }, (_, index) => start('core-sync-worker.mjs', { task, memory, index, threads, args }));
  try {
    const posted = workers.map((worker) => new Promise<unknown>((resolve) => worker.once('message', resolve)));
    await withLimit(Promise.all(workers.map(exited)), limitMs, () => `${task} hangs`);
    return await Promise.all(posted);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function start(file: string, workerData: unknown): Worker {
  return new Worker(new URL(file, import.meta.url), { workerData, execArgv: [] });
}

function exited(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('exit', () => resolve());
    worker.once('error', reject);
  });
}

async function withLimit<T>(work: Promise<T>, ms: number, describe: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(describe())), ms);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
