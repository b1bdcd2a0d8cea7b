/** The stopped worlds of a collection, from its record in the log. */
import type { Cycle } from './cycle-log.ts';

/** What a world was stopped for: to begin a concurrent mark, to end it, or for a whole collection. */
export type StopKind = 'begin' | 'end' | 'whole';

export interface StoppedWorld {
  readonly kind: StopKind;
  /** On the machine's clock. */
  readonly startNs: number;
  readonly endNs: number;
  /** Of it, waiting at checkpoints for the oracle or for a reader of the heap. */
  readonly checkpointNs: number;
  /** Bytes allocated at its end. */
  readonly allocated: number;
}

/** The fields of a record that tell of stopped worlds. */
type Stops = Pick<Cycle, 'endNs' | 'pauseNs' | 'checkpointNs' | 'heap1' | 'firstEndNs' | 'firstPauseNs' | 'firstCheckpointNs' | 'heapStart'>;

/** Returns the stopped worlds of a collection, in order: one, or two if its mark went on concurrently with the program. */
export function stoppedWorlds({ endNs, pauseNs, checkpointNs, heap1, firstEndNs, firstPauseNs, firstCheckpointNs, heapStart }: Stops): StoppedWorld[] {
  const last = { startNs: endNs - pauseNs, endNs, checkpointNs, allocated: heap1 };
  if (firstPauseNs === 0) return [{ kind: 'whole', ...last }];
  const first = { startNs: firstEndNs - firstPauseNs, endNs: firstEndNs, checkpointNs: firstCheckpointNs, allocated: heapStart };
  return [{ kind: 'begin', ...first }, { kind: 'end', ...last }];
}

/** Returns the length of a stopped world without the time at checkpoints, ns. */
export function pauseOf({ startNs, endNs, checkpointNs }: Pick<StoppedWorld, 'startNs' | 'endNs' | 'checkpointNs'>): number {
  return Math.max(0, endNs - startNs - checkpointNs);
}
