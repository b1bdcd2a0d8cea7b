/** The result of one execution. */
import { HeapBroken } from '../run/errors.ts';
import type { LostWakeup } from './wait-log.ts';

/**
 * - `ok`: every thread finished, and the check found no problem
 * - `invariant`: the check, an oracle or a monitor found a problem, or the core found its state
 *   impossible (base/fatal.ts)
 * - `race`: two plain accesses to a word conflict, and no happens-before edge orders them
 * - `starvation`: a thread does not get on while others do, more often than the scenario allows
 * - `deadlock`: threads are left, and all wait without a timeout
 * - `lost-wakeup`: as `deadlock`, but a thread would go on if it were woken (lost-wakeup.ts); in ordinary code only
 * - `livelock`: every thread that is left sleeps, or spins on words that no thread will change; or the threads keep each other
 *   in their loops, by words that they change (fair-trial.ts)
 * - `step-limit`: the limit on accesses was reached, and no livelock was recognised
 * - `exception`: any other error
 */
export const VERDICTS = ['ok', 'invariant', 'race', 'starvation', 'deadlock', 'lost-wakeup', 'livelock', 'step-limit', 'exception'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Thrown by a hook in the middle of an execution: the execution ends with this verdict. */
export class Violation extends Error {
  readonly verdict: 'invariant' | 'race' | 'starvation';
  /** The findings, one line each; the first is the message. */
  readonly facts: readonly string[];

  constructor(verdict: Violation['verdict'], facts: readonly string[]) {
    super(facts[0]);
    this.name = 'Violation';
    this.verdict = verdict;
    this.facts = facts;
  }
}

/** Returns the verdict for what was thrown: oracles, monitors and the core throw errors of their own classes. */
export function verdictOf(error: unknown): Verdict {
  if (error instanceof Violation) return error.verdict;
  // By name, because the core has its own copy of the class.
  const isFatal = error instanceof Error && error.name === 'Fatal';
  return isFatal || error instanceof HeapBroken ? 'invariant' : 'exception';
}

/** A thread that waited or looped when an execution ended. */
export interface Blocked {
  readonly thread: number;
  /** Site of the wait, or of an access of the loop. */
  readonly site: number;
  /** The word that the thread waits on, or the words that it loops over. */
  readonly words: readonly number[];
  /** The thread does not wait but accesses its words again and again. */
  readonly loops: boolean;
  /** The thread has nothing to run: it awaits a promise. Its words are those of Atomics.waitAsync, if any. */
  readonly isIdle: boolean;
  /** Sites of the thread's active calls, outermost first; empty in the plain variant. */
  readonly calls: readonly number[];
  /** For a loop that changes words: the sites of its accesses. */
  readonly sites?: readonly number[];
}

/**
 * How threads go on after the limit on accesses, if every one gets its turn (fair-trial.ts).
 *
 * - `livelock`: they keep each other in their loops; `lap` accesses repeat, and the words `counters` count
 * - `repeats`: the same, but a loop may have an end after so many laps
 * - `ends`: all threads ended
 */
export type FairEnd =
  | { readonly kind: 'livelock' | 'repeats'; readonly lap: number; readonly counters: readonly number[]; readonly loops: readonly Blocked[] }
  | { readonly kind: 'ends'; readonly accesses: number };

export interface Execution {
  readonly verdict: Verdict;
  /** The check's answer, or the error's message; '' if there is neither. */
  readonly detail: string;
  readonly error: unknown;
  /** The thread that threw; -1 if none did. */
  readonly thread: number;
  /** Sites of that thread's active calls, outermost first; empty in the plain variant. */
  readonly calls: readonly number[];
  /** For the verdict `lost-wakeup`: the thread that would go on; null for any other verdict. */
  readonly lost: LostWakeup | null;
  /** If the limit on accesses was reached: how it goes on if every thread gets its turn; null if that is not known. */
  readonly fair: FairEnd | null;
  /** Threads that waited or looped at the end. */
  readonly blocked: readonly Blocked[];
  readonly seed: number;
  readonly steps: number;
  readonly switches: number;
  /** Virtual time at the end, in nanoseconds. */
  readonly time: number;
  /** Hash of thread, site, word and number of accesses at every switch: equal for equal executions. */
  readonly traceHash: number;
  /** Pairs of thread and budget for `Replay`; empty unless recording was asked for. */
  readonly schedule: readonly number[];
  /** Return values of the threads. */
  readonly results: readonly unknown[];
}
