/** The worker of a campaign over a queue: runs the slices that it takes, on a pool of threads. */
import { hostname } from 'node:os';
import type { Job, Queue } from '../../queue/queue.ts';
import { UsageError } from '../../base/fatal.ts';
import { readJob, resultText } from './job.ts';
import type { ExplorePool } from './pool.ts';

export interface ServeSlicesOptions {
  readonly queue: Queue;
  readonly pool: ExplorePool;
  /** Hash of this build. */
  readonly build: string;
  /** Ends the service once the slices that run are done. */
  readonly signal: AbortSignal;
  /** Hears of each slice that was run. */
  readonly onSlice?: (scenario: string, executions: number) => void;
  /** Hears of each job that was refused or failed. */
  readonly onRefused?: (message: string) => void;
  readonly onTrouble?: (message: string | undefined) => void;
}

/** Most seconds of a slice. Slices take five, on a machine as fast as the others. */
const MOST_SECONDS = 600;

export async function serveSlices({ queue, pool, build, signal, onSlice, onRefused, onTrouble }: ServeSlicesOptions): Promise<void> {
  async function run({ text }: Job): Promise<string> {
    try {
      const { station, seed, executions, keepGoing, shrink } = readJob(text, build);
      const result = await pool.runSlice({ station: { ...station, knobs: station.knobs as typeof station.knobs & { procs: number } }, seed, executions, seconds: MOST_SECONDS, keepGoing, shrink, known: [] });
      const isWhole = result.executions === executions || result.exhausted || (result.failures.length > 0 && !keepGoing);
      if (!isWhole) throw new UsageError(`a slice of ${executions} executions of ${station.scenario} took longer than ${MOST_SECONDS} s`);
      onSlice?.(station.scenario, result.executions);
      return resultText(hostname(), result);
    } catch (error) {
      onRefused?.((error as Error).message);
      throw error;
    }
  }
  await queue.serve({ jobs: pool.jobs, run, signal, onTrouble });
}
