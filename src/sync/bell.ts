/** The doorbell: by it, Ms call the watcher, the thread outside of the machine that reads its memory. */
import { atomic, struct, type Mem } from '../memory/struct.ts';
import { globalRecord } from '../memory/segment.ts';
import type { Ref } from '../memory/address.ts';
import { futexwakeup } from './os.ts';

export const Doorbell = struct('doorbell', 16, {
  xbell: atomic('any M adds, the watcher waits for a change'),
  /** The checkpoint at which the world is stopped; 0 for none. */
  xcheckpoint: atomic('the collecting M sets it, the watcher clears it'),
  /** Ms whose thread has started. */
  xarrived: atomic('each M increments it once'),
  /** 1: the Ms may run. */
  xgate: atomic('the watcher sets it'),
  /** 1: the watcher wants to read the heap at the next checkpoints. */
  xwanted: atomic('the watcher sets and clears it'),
});

export const DOORBELL: Ref = globalRecord('doorbell', Doorbell);
export const XBELL = DOORBELL + Doorbell.at.xbell;

/** Wakes the watcher. */
export function ringDoorbell(m: Mem): void {
  Atomics.add(m, XBELL, 1);
  futexwakeup(m, XBELL, 1);
}
