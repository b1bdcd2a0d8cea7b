/** What the main thread and the thread that runs the command tell each other. */
import type { Signal } from './interruption.ts';
import type { StreamFacts } from './real-terminal.ts';
import type { SharedText } from './shared-text.ts';

export interface ThreadData {
  /** The words after `sweepgen`. */
  readonly args: readonly string[];
  readonly streams: StreamFacts;
  /** One word, not 0 as soon as a signal has come; for synchronous jobs. */
  readonly interruption: Int32Array;
  /** What is under way, for the case that the thread does not answer. */
  readonly doing: SharedText;
}

export interface ToThread {
  readonly interruptedBy: Signal;
}

export type FromThread =
  /** A temporary file, to remove if the thread is ended. */
  | { readonly kind: 'temporary'; readonly path: string; readonly exists: boolean }
  /** It has heard of the interruption, and ends in order. */
  | { readonly kind: 'stopping' }
  | { readonly kind: 'end'; readonly exitCode: number };
