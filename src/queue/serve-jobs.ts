/** The worker's side: runs jobs of the kinds that it knows, and refuses all others. */
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { kindOf } from './message.ts';
import type { Job, Queue } from './queue.ts';

/** A kind of jobs that a worker can run. */
export interface JobKind {
  readonly kind: string;
  /**
   * Reads and runs a job.
   * @returns the text of its result, and `told`, a few words on the job for the worker's progress line
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
  /** Ends the service after the running jobs. */
  readonly signal: AbortSignal;
  /** Called after each job that was run. */
  readonly onDone?: (told: string) => void;
  /** Called after each job that was refused or failed. */
  readonly onRefused?: (message: string) => void;
  readonly onTrouble?: (message: string | undefined) => void;
}

export async function serveJobs({ queue, kinds, build, jobs, signal, onDone, onRefused, onTrouble }: ServeJobsOptions): Promise<void> {
  async function run({ text }: Job): Promise<string> {
    try {
      const kind = kindOf(text, build);
      const known = kinds.find((each) => each.kind === kind);
      if (known === undefined) throw new UsageError(`a job of kind '${printable(kind, 40)}' is refused: this build has no such kind`);
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
