/**
 * What the machine waits for whoever watches it: checkpoints, at which the world stands still
 * until the heap has been verified, and the gate, at which its threads meet.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { DOORBELL, Doorbell, ringDoorbell } from '../sync/bell.ts';
import { futexsleep, futexwakeup } from '../sync/os.ts';

export const XCHECKPOINT = DOORBELL + Doorbell.at.xcheckpoint;
const XARRIVED = DOORBELL + Doorbell.at.xarrived;
const XGATE = DOORBELL + Doorbell.at.xgate;

/**
 * `swept`: the world is stopped and every span is swept; what the last cycle left can be
 * counted. `marked`: marking is complete; the marks can be compared with reachability.
 */
export const CHECKPOINT = { none: 0, swept: 1, marked: 2 } as const;

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

/** How many Ms have said so. */
export function arrived(m: Mem): number {
  return Atomics.load(m, XARRIVED);
}

/** For the watcher: once `procs` Ms have arrived, lets them go; says whether it did. */
export function openGate(m: Mem, procs: number): boolean {
  if (Atomics.load(m, XGATE) !== 0 || arrived(m) !== procs) return false;
  Atomics.store(m, XGATE, 1);
  futexwakeup(m, XGATE, procs);
  return true;
}

/** For the watcher: lets the world go on. */
export function leaveCheckpoint(m: Mem): void {
  Atomics.store(m, XCHECKPOINT, CHECKPOINT.none);
  futexwakeup(m, XCHECKPOINT, 1);
}
