/** The state of a running machine, as `onTick` reports it. */
import type { ThreadState } from '../inspect/thread-states.ts';
import type { HeapSample } from './heap-samples.ts';

export interface Progress {
  /** Collections so far. */
  readonly cycles: number;
  /** Bytes of the heap's objects. */
  readonly heapAlloc: number;
  readonly elapsedNs: number;
  /** Number of the machine's threads. */
  readonly threads: number;
  /** Number of threads that are up: the machine runs when all are. */
  readonly threadsUp: number;
  /** The heap at this moment. */
  readonly heap: HeapSample;
  /** What each thread does at this moment. */
  readonly states: readonly ThreadState[];
}
