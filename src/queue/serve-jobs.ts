/** The worker's side: runs jobs of the kinds that it knows, each as its kind says, and nothing else. */
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { kindOf } from './message.ts';
import type { Job, Queue } from './queue.ts';

/** A kind of jobs that a worker can run. */
export interface JobKind {
  readonly kind: string;
  /**
   * Reads and runs a job.
   * @returns the text of its result, and what was done, in words for the worker's progress
   * @throws Error if it is no job of this kind, or can't be run
   */
  run(text: string): Promise<{ readonly result: string; readonly told: string }>;
}

export interface ServeJobsOptions {
  readonly queue: Queue;
  readonly kinds: readonly JobKind[];
  /** Hash of this build. */
  readonly build: string;
  /** Jobs that run at the same time. */
  readonly jobs: number;
  /** Ends the service once the jobs that run are done. */
  readonly signal: AbortSignal;
  /** Hears of each job that was run. */
  readonly onDone?: (told: string) => void;
  /** Hears of each job that was refused or failed. */
  readonly onRefused?: (message: string) => void;
  readonly onTrouble?: (message: string | undefined) => void;
}

export async function serveJobs({ queue, kinds, build, jobs, signal, onDone, onRefused, onTrouble }: ServeJobsOptions): Promise<void> {
  async function run({ text }: Job): Promise<string> {
    try {
      const kind = kindOf(text, build);
      const known = kinds.find((each) => each.kind === kind);
      if (known === undefined) throw new UsageError(`a job of kind '${printable(kind, 40)}' is refused: there is no such kind`);
      const { result, told } = await known.run(text);
      onDone?.(told);
      return result;
    } catch (error) {
      onRefused?.((error as Error).message);
      throw error;
    }
  }
  await queue.serve({ jobs, run, signal, onTrouble });
}
