/**
 * Where the machine waits for the watcher: checkpoints, where the world is stopped until the
 * oracle has verified the heap, and the gate, where the threads meet at the start.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { DOORBELL, Doorbell, ringDoorbell } from '../sync/bell.ts';
import { futexsleep, futexwakeup } from '../sync/os.ts';

export const XCHECKPOINT = DOORBELL + Doorbell.at.xcheckpoint;
const XARRIVED = DOORBELL + Doorbell.at.xarrived;
const XGATE = DOORBELL + Doorbell.at.xgate;

/**
 * `swept`: the world is stopped and every span is swept, so that blocks can be counted. `marked`:
 * marking is complete, so that marks can be compared with reachability.
 */
export const CHECKPOINT = { none: 0, swept: 1, marked: 2 } as const;

/** Waits until the watcher has verified the heap, on a machine with --verify. */
export function checkpoint(m: Mem, point: number): void {
  if (m[CONFIG + Config.at.verify] === 0) return;
  Atomics.store(m, XCHECKPOINT, point);
  ringDoorbell(m);
  while (Atomics.load(m, XCHECKPOINT) === point) futexsleep(m, XCHECKPOINT, point);
}

/** Reports that this M's thread is up, and waits until the watcher opens the gate. */
export function arrive(m: Mem): void {
  Atomics.add(m, XARRIVED, 1);
  ringDoorbell(m);
  while (Atomics.load(m, XGATE) === 0) futexsleep(m, XGATE, 0);
}

/** Returns the number of Ms that have arrived. */
export function arrived(m: Mem): number {
  return Atomics.load(m, XARRIVED);
}

/** Opens the gate if `procs` Ms have arrived and it is closed. Returns whether it did. Called by the watcher. */
export function openGate(m: Mem, procs: number): boolean {
  if (Atomics.load(m, XGATE) !== 0 || arrived(m) !== procs) return false;
  Atomics.store(m, XGATE, 1);
  futexwakeup(m, XGATE, procs);
  return true;
}

/** Ends the checkpoint. Called by the watcher. */
export function leaveCheckpoint(m: Mem): void {
  Atomics.store(m, XCHECKPOINT, CHECKPOINT.none);
  futexwakeup(m, XCHECKPOINT, 1);
}
