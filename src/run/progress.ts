/** The state of a running machine, as `onTick` reports it. */
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
}
