/** Messages between the main thread and the thread that runs the command. */
import type { Signal } from './interruption.ts';
import type { StreamFacts } from './real-terminal.ts';
import type { SharedText } from './shared-text.ts';

export interface ThreadData {
  /** The words after `sweepgen`. */
  readonly args: readonly string[];
  readonly streams: StreamFacts;
  /** One word, for synchronous jobs: not 0 after a signal. */
  readonly interruption: Int32Array;
  /** The current step of the work, for the message of a thread that does not answer. */
  readonly doing: SharedText;
}

export interface ToThread {
  readonly interruptedBy: Signal;
}

export type FromThread =
  /** A temporary file, which the main thread removes if it terminates the thread. */
  | { readonly kind: 'temporary'; readonly path: string; readonly exists: boolean }
  /** The thread has received the interruption, and ends in order. */
  | { readonly kind: 'stopping' }
  /** The thread needs so many milliseconds to end in order after a signal. */
  | { readonly kind: 'patience'; readonly ms: number }
  | { readonly kind: 'end'; readonly exitCode: number };
