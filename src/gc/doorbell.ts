/**
 * Where the machine waits for the watcher: checkpoints, where the world is stopped until the
 * oracle has verified the heap or its map has been read, and the gate, where the threads meet at the start.
 */
import { nanotime } from '../base/clock.ts';
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { DOORBELL, Doorbell, ringDoorbell } from '../sync/bell.ts';
import { futexsleep, futexwakeup } from '../sync/os.ts';

export const XCHECKPOINT = DOORBELL + Doorbell.at.xcheckpoint;
const XARRIVED = DOORBELL + Doorbell.at.xarrived;
const XGATE = DOORBELL + Doorbell.at.xgate;

const XWANTED = DOORBELL + Doorbell.at.xwanted;
const VERIFY = CONFIG + Config.at.verify;
const RECORD_HEAP = CONFIG + Config.at.recordHeap;

/**
 * `swept`: the world is stopped and every span is swept, so that blocks can be counted. `marked`:
 * marking is complete, so that marks can be compared with reachability. `stopped`: the world is stopped, and spans may
 * be unswept; the oracle can't verify that heap, so only a watcher that records its map stops there.
 */
export const CHECKPOINT = { none: 0, swept: 1, marked: 2, stopped: 3 } as const;

/**
 * Waits until the watcher has verified the heap, on a machine with --verify, or has read its map, if it wants to.
 * @returns the nanoseconds that this M has waited
 */
export function checkpoint(m: Mem, point: number): number {
  if (!stopsAt(m, point)) return 0;
  const started = nanotime();
  Atomics.store(m, XCHECKPOINT, point);
  ringDoorbell(m);
  while (Atomics.load(m, XCHECKPOINT) === point) futexsleep(m, XCHECKPOINT, point);
  return nanotime() - started;
}

function stopsAt(m: Mem, point: number): boolean {
  if (m[VERIFY] !== 0 && point !== CHECKPOINT.stopped) return true;
  return m[RECORD_HEAP] !== 0 && Atomics.load(m, XWANTED) !== 0;
}

/** Says whether the machine shall stop at the checkpoints that follow. Called by the watcher of a machine that records its heap. */
export function wantCheckpoints(m: Mem, wanted: boolean): void {
  Atomics.store(m, XWANTED, wanted ? 1 : 0);
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
