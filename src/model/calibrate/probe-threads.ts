/** Two worker threads that run probes. */
import { Piscina } from 'piscina';
import { Stopped } from '../../run/errors.ts';
import { CALIBRATE_WORKER, entryFile } from '../../run/threads/worker.ts';
import type { ProbeName, ProbeTask } from './probes.ts';

export interface Probes {
  /** Runs a probe on one thread over memory of the given bytes; ns. */
  one(probe: ProbeName, bytes: number): Promise<number>;
  /** Runs a probe on both threads at once; ns of each. */
  two(probe: ProbeName, bytes: number): Promise<readonly number[]>;
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
    one: (probe, bytes) => run({ probe, memory: new SharedArrayBuffer(bytes), side: 0 }),
    two(probe, bytes) {
      const memory = new SharedArrayBuffer(bytes);
      return Promise.all([run({ probe, memory, side: 0 }), run({ probe, memory, side: 1 })]);
    },
    close: () => pool.destroy(),
  };
}
