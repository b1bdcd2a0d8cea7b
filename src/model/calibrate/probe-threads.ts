/** Two worker threads that run probes. */
import { Piscina } from 'piscina';
import { Stopped } from '../../run/errors.ts';
import { CALIBRATE_WORKER, entryFile } from '../../run/threads/worker.ts';
import type { ProbeName, ProbeTask } from './probes.ts';

export interface Probes {
  /** Runs a probe on one thread over memory of the given bytes; ns. @param count see ProbeTask */
  one(probe: ProbeName, bytes: number, count?: number): Promise<number>;
  /** Runs a probe on both threads at once; ns of each. @param cpus the processor of each, if it matters */
  two(probe: ProbeName, bytes: number, cpus?: readonly [number, number]): Promise<readonly number[]>;
  /** Runs a chase on processor `cpu` through memory that processor `owner` was the first to write; ns. */
  chaseMemoryOf(owner: number, cpu: number, bytes: number): Promise<number>;
  close(): Promise<void>;
}

/** Starts the threads. @param signal terminates a running probe, which rejects with Stopped */
export function probeThreads(signal?: AbortSignal): Probes {
  const pool = new Piscina<ProbeTask, number>({ filename: entryFile(CALIBRATE_WORKER), minThreads: 2, maxThreads: 2, concurrentTasksPerWorker: 1, idleTimeout: Infinity, trackUnmanagedFds: false });
  async function run(task: ProbeTask): Promise<number> {
    try {
      return await pool.run(task, { signal });
    } catch (error) {
      throw signal?.aborted ? new Stopped() : error;
    }
  }
  return {
    one: (probe, bytes, count) => run({ probe, memory: new SharedArrayBuffer(bytes), side: 0, count }),
    two(probe, bytes, cpus) {
      const memory = new SharedArrayBuffer(bytes);
      return Promise.all([run({ probe, memory, side: 0, cpu: cpus?.[0] }), run({ probe, memory, side: 1, cpu: cpus?.[1] })]);
    },
    async chaseMemoryOf(owner, cpu, bytes) {
      const memory = new SharedArrayBuffer(bytes);
      // Linux puts a page into the memory of the socket that writes it first.
      await run({ probe: 'stream', memory, side: 0, cpu: owner });
      return run({ probe: 'chase', memory, side: 0, cpu });
    },
    close: () => pool.destroy(),
  };
}
