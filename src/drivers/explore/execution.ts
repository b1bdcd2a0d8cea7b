/** What one execution came to. */

/**
 * - `ok`: every thread finished and the check found nothing
 * - `check`: they finished, and the check objects
 * - `fatal`: the core found its own state impossible (base/fatal.ts)
 * - `exception`: any other throw
 * - `deadlock`: threads are left, and all wait without a timeout
 * - `step-limit`: it went on for too long: a livelock, or too low a limit
 */
export type Verdict = 'ok' | 'check' | 'fatal' | 'exception' | 'deadlock' | 'step-limit';

export interface Blocked {
  readonly thread: number;
  readonly site: number;
  readonly index: number;
}

export interface Execution {
  readonly verdict: Verdict;
  /** What the check said, or the error's message; '' when there is nothing to say. */
  readonly detail: string;
  readonly error: unknown;
  /** The thread that threw; -1 if none. */
  readonly thread: number;
  /** Threads that waited at the end, and where. */
  readonly blocked: readonly Blocked[];
  readonly seed: number;
  readonly steps: number;
  readonly switches: number;
  /** Virtual nanoseconds. */
  readonly time: number;
  /** Of thread, site, word and number of accesses at every switch: the same for the same execution. */
  readonly traceHash: number;
  /** Pairs of thread and budget for `Replay`, when recording was asked for. */
  readonly schedule: readonly number[];
  /** What the threads returned. */
  readonly results: readonly unknown[];
}
