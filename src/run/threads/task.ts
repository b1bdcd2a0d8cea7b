/** What the main thread and its worker threads tell each other. */
import { EXIT, Fatal, UsageError, type Facts } from '../../base/fatal.ts';
import { messageOf } from '../../base/thrown.ts';
import { placeOf } from '../../base/user-frame.ts';
import { WorkloadError } from '../errors.ts';
import type { CompiledLoop } from './reserve.ts';

/** What the thread of an M is asked to do. */
export type MTask =
  | {
      readonly kind: 'run';
      readonly buffer: SharedArrayBuffer;
      /** Of the machine; the buffer's last page may go on for longer. */
      readonly words: number;
      /** The inner part of the tuned mark loop; null: it runs as JavaScript. */
      readonly compiled: CompiledLoop | null;
      /** Which M this thread is. */
      readonly index: number;
      /** As given to openProgram. */
      readonly workload: string;
      /** What to import for it; see importable. */
      readonly file: string;
    }
  /** After every M has left: sweeps what is left and recounts the statistics of the memory that this thread ran on. */
  | { readonly kind: 'settle' };

/** How a thread's work ended: errors of our own classes don't survive the trip between threads as they are. */
export type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly kind: 'fatal'; readonly code: string; readonly facts: Facts; readonly exitCode: number; readonly place: string; readonly stack: string }
  | { readonly ok: false; readonly kind: 'usage' | 'threw' | 'ended'; readonly message: string; readonly place: string; readonly stack: string };

/** What a thread posts: that it runs, that it has loaded all modules of its task, and how the task ended. */
export type News = 'up' | 'loaded' | Outcome;

type Failed = Exclude<Outcome, { ok: true }>;

/** Describes what was thrown, so that it can be posted. Never throws, whatever it was. */
export function failureOf(thrown: unknown): Failed {
  const place = placeOf(thrown);
  const stack = stackOf(thrown);
  if (thrown instanceof Fatal) {
    const { code, facts, exitCode } = thrown;
    return { ok: false, kind: 'fatal', code, facts, exitCode, place, stack };
  }
  return { ok: false, kind: thrown instanceof UsageError ? 'usage' : 'threw', message: messageOf(thrown), place, stack };
}

/** Describes the end of a thread that the user's code asked for with `call`, as `process.exit(7)`. */
export function endedBy(call: string): Failed {
  const { stack } = new Error(call);
  return { ok: false, kind: 'ended', message: call, place: placeOf({ stack }), stack: stack ?? '' };
}

/**
 * The error that a failure stands for.
 * @param who what the user's code belongs to, as `workload churn` or `workload module ./x.mjs: build()`
 * @param module the path of the user's module that ran, undefined for a workload of sweepgen's own
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
  // The machine's own code could not go on, with none of the user's below it: it read what a step had written.
  const isOurs = place === '' && /^\s+at /m.test(stack);
  if (kind === 'threw' && isOurs && module !== undefined) return new Fatal('MEMORY_UNREADABLE', { reason: message }, EXIT.invariant, module);
  if (kind === 'usage') return new WorkloadError(`${who}${place}: ${message}`);
  if (kind === 'ended') return new WorkloadError(`${who} called ${message}${place}; leave the process to sweepgen`);
  return new WorkloadError(`${who} threw${place}: ${message}`);
}

/** The stack of what was thrown, '' if it has none that can be read. */
function stackOf(thrown: unknown): string {
  try {
    const { stack } = thrown as { stack?: unknown };
    return typeof stack === 'string' ? stack : '';
  } catch {
    return '';
  }
}
