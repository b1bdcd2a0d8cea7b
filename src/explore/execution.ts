/** What one execution came to. */

/**
 * - `ok`: every thread finished and the check found nothing
 * - `invariant`: the check, an oracle or a monitor objects, or the core found its own state
 *   impossible (base/fatal.ts)
 * - `race`: two plain accesses to a word conflict, and nothing orders them
 * - `deadlock`: threads are left, and all wait without a timeout
 * - `livelock`: all that are left sleep, or only look again and again at words that nobody will change
 * - `step-limit`: it went on for too long: a livelock that changes words, or too low a limit
 * - `exception`: any other throw
 */
export const VERDICTS = ['ok', 'invariant', 'race', 'deadlock', 'livelock', 'step-limit', 'exception'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Thrown by a hook in the middle of an execution: it ends with this verdict. */
export class Violation extends Error {
  readonly verdict: 'invariant' | 'race';
  /** What was found, a line each; the first is the message. */
  readonly facts: readonly string[];

  constructor(verdict: Violation['verdict'], facts: readonly string[]) {
    super(facts[0]);
    this.name = 'Violation';
    this.verdict = verdict;
    this.facts = facts;
  }
}

/** A thread that waited or looped when an execution ended. */
export interface Blocked {
  readonly thread: number;
  /** Of the wait, or of an access of the loop. */
  readonly site: number;
  /** The word that it sleeps on, or those that it loops over. */
  readonly words: readonly number[];
  /** It does not sleep, but looks at its words again and again. */
  readonly loops: boolean;
  /** Sites of the calls that it is in, outermost first; empty in the plain variant. */
  readonly calls: readonly number[];
}

export interface Execution {
  readonly verdict: Verdict;
  /** What the check said, or the error's message; '' when there is nothing to say. */
  readonly detail: string;
  readonly error: unknown;
  /** The thread that threw; -1 if none. */
  readonly thread: number;
  /** Sites of the calls that it was in, outermost first; empty in the plain variant. */
  readonly calls: readonly number[];
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
