/** The history of an execution: which operations the threads called, when, and what they returned. */
import type { Operation } from '../scenarios/operation.ts';

/** The consistencies, the strongest first, with the code of a failure. */
export const CONSISTENCIES = { linearizable: 'NOT_LINEARIZABLE', sequential: 'NOT_SEQUENTIALLY_CONSISTENT', quiescent: 'NOT_QUIESCENTLY_CONSISTENT' } as const;
export type Consistency = keyof typeof CONSISTENCIES;

/** A call of an operation. Moments are counted in accesses of all threads: the first access is 1. */
export interface Call {
  /** Index of the thread. */
  readonly thread: number;
  readonly operation: Operation;
  /** Moment of its first access. A call without accesses has the moment at which it ran. */
  began: number;
  /** Moment of its last access; Infinity while it is pending. */
  ended: number;
  /** What it returned; undefined while it is pending. */
  returned: unknown;
}

/** A history as data, for documents. */
export interface ToldHistory {
  readonly consistency: Consistency;
  readonly operations: readonly ToldCall[];
}

/** A call; moments count the accesses of all threads, from 1. */
export interface ToldCall {
  /** Name of the thread. */
  readonly thread: string;
  readonly name: string;
  readonly arguments: readonly number[];
  readonly begin: number;
  /** null while it is pending. */
  readonly end: number | null;
  /** What it returned, as text: `4`, `undefined`, `5n`; null while it is pending. */
  readonly result: string | null;
  /** No order explains the history because of this call. */
  readonly isBlamed: boolean;
}

/** Calls, those of each thread in their order. */
export type History = readonly Call[];

export function isPending({ ended }: Call): boolean {
  return ended === Infinity;
}

/**
 * Returns, for each call, the calls that must come before it, as a set of bits:
 * - linearizable: those of its thread, and those that ended before it began
 * - sequential: those of its thread
 * - quiescent: those that ended before a moment at which no call was under way, before it began
 *
 * @param joiner a thread that makes its calls after all others have ended, and has seen their ends
 */
export function predecessors(history: History, consistency: Consistency, joiner: number): bigint[] {
  const phases = consistency === 'quiescent' ? phasesOf(history) : [];
  return history.map((call, i) => {
    let before = 0n;
    for (const [j, other] of history.entries()) if (j !== i && comesBefore(j, i, other, call)) before |= 1n << BigInt(j);
    return before;
  });

  function comesBefore(j: number, i: number, other: Call, call: Call): boolean {
    if (call.thread === joiner && other.thread !== joiner) return !isPending(other);
    if (consistency === 'quiescent') return phases[j] < phases[i];
    return other.thread === call.thread ? j < i : consistency === 'linearizable' && other.ended < call.began;
  }
}

/** Returns the phase of each call: a phase ends when no call is under way. */
function phasesOf(history: History): number[] {
  const phases = history.map(() => 0);
  let phase = 0;
  let last = -Infinity;
  for (const i of history.map((_, at) => at).sort((a, b) => history[a].began - history[b].began)) {
    if (history[i].began > last && last !== -Infinity) phase++;
    phases[i] = phase;
    last = Math.max(last, history[i].ended);
  }
  return phases;
}
