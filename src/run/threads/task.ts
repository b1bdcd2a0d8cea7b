/** The messages between the main thread and the worker threads. */
import { EXIT, Fatal, UsageError, type Facts } from '../../base/fatal.ts';
import { messageOf } from '../../base/thrown.ts';
import { placeOf } from '../../base/user-frame.ts';
import { WorkloadError } from '../errors.ts';
import type { CompiledLoop } from './reserve.ts';

/** The tasks of an M's thread. */
export type MTask =
  | {
      readonly kind: 'run';
      readonly buffer: SharedArrayBuffer;
      /** Words of the machine's memory. The buffer may be longer, up to a whole page. */
      readonly words: number;
      /** The compiled inner part of the mark loops; null: it runs as JavaScript. */
      readonly compiled: CompiledLoop | null;
      /** Index of this thread's M. */
      readonly index: number;
      /** The workload, as passed to openProgram. */
      readonly workload: string;
      /** The file to import for it; see importable. */
      readonly file: string;
    }
  /** Sweeps the unswept spans and recounts the statistics. Precondition: every M has exited. */
  | { readonly kind: 'settle' };

/** The outcome of a task. Errors are described, because a posted error loses its class. */
export type TaskOutcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly kind: 'fatal'; readonly code: string; readonly facts: Facts; readonly exitCode: number; readonly place: string; readonly stack: string }
  | { readonly ok: false; readonly kind: 'usage' | 'threw' | 'ended'; readonly message: string; readonly place: string; readonly stack: string };

/** The messages of a thread: it runs, all modules of its task are loaded, the outcome of the task. */
export type News = 'up' | 'loaded' | TaskOutcome;

type Failed = Exclude<TaskOutcome, { ok: true }>;

/** Describes a thrown value, so that it can be posted. Never throws. */
export function failureOf(thrown: unknown): Failed {
  const place = placeOf(thrown);
  const stack = stackOf(thrown);
  if (thrown instanceof Fatal) {
    const { code, facts, exitCode } = thrown;
    return { ok: false, kind: 'fatal', code, facts, exitCode, place, stack };
  }
  return { ok: false, kind: thrown instanceof UsageError ? 'usage' : 'threw', message: messageOf(thrown), place, stack };
}

/** Describes the end of a thread by the user's call, such as `process.exit(7)`. */
export function endedBy(call: string): Failed {
  const { stack } = new Error(call);
  return { ok: false, kind: 'ended', message: call, place: placeOf({ stack }), stack: stack ?? '' };
}

/**
 * Returns the error that a failure describes.
 * @param who the subject of messages, such as `workload churn` or `workload module ./x.mjs: build()`
 * @param module path of the user's module; undefined for a built-in workload
 */
export function errorOf(failure: Failed, who: string, module?: string): Error {
  const error = classify(failure, who, module);
  error.stack = failure.stack;
  return error;
}

function classify(failure: Failed, who: string, module: string | undefined): Error {
  const { place } = failure;
  if (failure.kind === 'fatal') {
    const { code, facts, exitCode } = failure;
    return new Fatal(code, place === '' ? facts : { ...facts, at: place.replace(/^ at /, '') }, exitCode, module);
  }
  const { kind, message, stack } = failure;
  // The machine's own code failed with no user frame below it: it read a stray write of a step.
  const isOurs = place === '' && /^\s+at /m.test(stack);
  if (kind === 'threw' && isOurs && module !== undefined) return new Fatal('MEMORY_UNREADABLE', { reason: message }, EXIT.invariant, module);
  if (kind === 'usage') return new WorkloadError(`${who}${place}: ${message}`);
  if (kind === 'ended') return new WorkloadError(`${who} called ${message}${place}; leave the process to sweepgen`);
  return new WorkloadError(`${who} threw${place}: ${message}`);
}

/** Returns the stack of a thrown value; '' if it has no readable one. */
function stackOf(thrown: unknown): string {
  try {
    const { stack } = thrown as { stack?: unknown };
    return typeof stack === 'string' ? stack : '';
  } catch {
    return '';
  }
}
