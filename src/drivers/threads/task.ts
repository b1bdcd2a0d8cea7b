/** What the main thread and an M's worker tell each other. */
import { Fatal, type Facts } from '../../base/fatal.ts';
import { WorkloadError } from '../errors.ts';
import type { CompiledLoop } from './reserve.ts';

export interface MTask {
  readonly buffer: SharedArrayBuffer;
  /** Of the machine; the buffer's last page may go on for longer. */
  readonly words: number;
  /** The inner part of the tuned mark loop; null: it runs as JavaScript. */
  readonly compiled: CompiledLoop | null;
  /** Which M this worker is. */
  readonly index: number;
  /** As given to loadWorkload. */
  readonly workload: string;
}

/** How an M ended: Fatal errors don't survive the trip between threads as they are. */
export type MOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly kind: 'fatal'; readonly code: string; readonly facts: Facts; readonly exitCode: number }
  | { readonly ok: false; readonly kind: 'threw'; readonly message: string; readonly stack: string };

export function outcomeOf(error: unknown): MOutcome {
  if (error instanceof Fatal) {
    return { ok: false, kind: 'fatal', code: error.code, facts: error.facts, exitCode: error.exitCode };
  }
  const thrown = error instanceof Error ? error : new Error(String(error));
  return { ok: false, kind: 'threw', message: thrown.message, stack: thrown.stack ?? '' };
}

/** The error that a bad outcome stands for. */
export function errorOf(outcome: Exclude<MOutcome, { ok: true }>, workload: string): Error {
  if (outcome.kind === 'fatal') return new Fatal(outcome.code, outcome.facts, outcome.exitCode);
  const error = new WorkloadError(`workload ${workload} threw: ${outcome.message}`);
  error.stack = outcome.stack;
  return error;
}
