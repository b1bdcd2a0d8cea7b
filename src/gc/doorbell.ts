/**
 * How the machine calls whoever watches it from outside: a doorbell that grows at each
 * event, and checkpoints, at which the world waits until the heap has been verified.
 */
import { atomic, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { globalRecord } from '../memory/segment.ts';
import type { Ref } from '../memory/address.ts';
import { futexsleep, futexwakeup } from '../sync/os.ts';

export const Doorbell = struct('doorbell', 16, {
  xbell: atomic('any M adds, the watcher waits for a change'),
  /** Which checkpoint the world stands at; 0 for none. */
  xcheckpoint: atomic('who collects sets, the watcher clears'),
  /** Ms whose thread is up. */
  xarrived: atomic('each M once'),
  /** 1: the machine may run. */
  xgate: atomic('the watcher'),
});

const DOORBELL: Ref = globalRecord('doorbell', Doorbell);
export const XBELL = DOORBELL + Doorbell.at.xbell;
export const XCHECKPOINT = DOORBELL + Doorbell.at.xcheckpoint;
const XARRIVED = DOORBELL + Doorbell.at.xarrived;
const XGATE = DOORBELL + Doorbell.at.xgate;

/**
 * `swept`: the world is stopped and every span is swept; what the last cycle left can be
 * counted. `marked`: marking is complete; the marks can be compared with reachability.
 */
export const CHECKPOINT = { none: 0, swept: 1, marked: 2 } as const;

export function ringDoorbell(m: Mem): void {
  Atomics.add(m, XBELL, 1);
  futexwakeup(m, XBELL, 1);
}

/** Stands still until the watcher has verified the heap, if the machine is built to. */
export function checkpoint(m: Mem, point: number): void {
  if (m[CONFIG + Config.at.verify] === 0) return;
  Atomics.store(m, XCHECKPOINT, point);
  ringDoorbell(m);
  while (Atomics.load(m, XCHECKPOINT) === point) futexsleep(m, XCHECKPOINT, point);
}

/** An M whose thread is up says so, and waits until all are. */
export function arrive(m: Mem): void {
  Atomics.add(m, XARRIVED, 1);
  ringDoorbell(m);
  while (Atomics.load(m, XGATE) === 0) futexsleep(m, XGATE, 0);
}

/** For the watcher: once `procs` Ms have arrived, lets them go; says whether it did. */
export function openGate(m: Mem, procs: number): boolean {
  if (Atomics.load(m, XGATE) !== 0 || Atomics.load(m, XARRIVED) !== procs) return false;
  Atomics.store(m, XGATE, 1);
  futexwakeup(m, XGATE, procs);
  return true;
}

/** For the watcher: lets the world go on. */
export function leaveCheckpoint(m: Mem): void {
  Atomics.store(m, XCHECKPOINT, CHECKPOINT.none);
  futexwakeup(m, XCHECKPOINT, 1);
}
