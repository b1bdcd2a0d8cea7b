/**
 * The goroutines that mark concurrently with the program, for a collector that does: background workers.
 *
 *   1. Each P has a worker, which runs on no other P and is on no queue. The scheduler looks whether it shall run, before it
 *      looks for a goroutine (workerToRun), and once more before the P becomes idle (mayRunIdleLocked).
 *   2. A worker marks one piece, adds what it has scanned to the credit, and parks. The scheduler decides anew.
 *   3. The worker that finds the last work done ends the mark.
 *
 * A worker runs in one of three modes:
 *
 *     dedicated    its P does nothing else as long as there is work; one for each four Ps
 *     fractional   its P gives a part of its time: what dedicated workers leave over of a quarter of all Ps
 *     idle         its P has nothing else to do
 *
 * Departure: in Go a worker keeps its P for longer than one piece, up to 10 ms.
 *
 * Source: findRunnableGCWorker in mgc.go of Go 1.5, and the fractional workers of Go 1.10.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { addWide, loadWide } from '../memory/wide.ts';
import { nanotime } from '../base/clock.ts';
import { G, G_STATUS, WAIT, type GRef } from '../machine/g.ts';
import { GCStats, M, type MRef } from '../machine/m.ts';
import { SCHED, Sched } from '../machine/sched.ts';
import { hasMarkWork, isMarking, marksBeside } from '../gc/collector.ts';
import { loadRatio } from '../gc/pacer/ratio.ts';
import { PACING, Pacer, XDEDICATED } from '../gc/pacer/record.ts';
import { WORKERS } from './beside-record.ts';
import { newg } from './goroutine.ts';

const NPROCS = CONFIG + Config.at.nprocs;
const NMIDLE = SCHED + Sched.at.nmidle;
const BEGUN_NS = PACING + Pacer.at.begunNs;
const SHARE = PACING + Pacer.at.fractionalShare;
const BYTES_SCANNED = M.at.gcstats + GCStats.at.bytesScanned;
const { id: M_ID } = M.at;
const { ints: INTS, isbackground: ISBACKGROUND, waitreason: WAITREASON, xstatus: XSTATUS } = G.at;

/** A worker's first step in the text segment, and the slots of its frame; see system.ts. */
export const BGMARK = { pc: 5, slots: 0 } as const;

/** Modes of a worker; it keeps its mode in its first int. */
export const WORKER_MODE = { dedicated: 0, fractional: 1, idle: 2 } as const;

const { dedicatedNs: DEDICATED_NS, fractionalNs: FRACTIONAL_NS, idleMarkNs: IDLE_NS } = GCStats.at;

/** Returns the words that a worker scans before it looks whether it shall go on: as many as a workbuf has. */
export function markBudget(m: Mem): number {
  return m[CONFIG + Config.at.workbufWords];
}

/** Returns the quads that `mp` has scanned in this cycle. */
export function scannedQuads(m: Mem, mp: MRef): number {
  return Math.floor(loadWide(m, mp + BYTES_SCANNED) / 8);
}

/** Returns the worker of this P if it shall run now, dedicated or for a fraction of the time; 0 otherwise. */
export function workerToRun(m: Mem, mp: MRef): GRef {
  if (!marksBeside(m) || !isMarking(m) || !hasMarkWork(m)) return 0;
  if (takeDedicated(m)) return workerIn(m, mp, WORKER_MODE.dedicated);
  return mayRunFraction(m, mp) ? workerIn(m, mp, WORKER_MODE.fractional) : 0;
}

/** Takes one of the dedicated workers that are still wanted. Returns false if there is none. */
function takeDedicated(m: Mem): boolean {
  for (;;) {
    const wanted = Atomics.load(m, XDEDICATED);
    if (wanted <= 0) return false;
    if (Atomics.compareExchange(m, XDEDICATED, wanted, wanted - 1) === wanted) return true;
  }
}

/** Has the fractional worker of this P had less than its share of the time since the mark began? */
function mayRunFraction(m: Mem, mp: MRef): boolean {
  const share = loadRatio(m, SHARE);
  if (share === 0) return false;
  const time = nanotime() - loadWide(m, BEGUN_NS);
  return time <= 0 || loadWide(m, mp + M.at.gcstats + FRACTIONAL_NS) <= share * time;
}

/**
 * Reports whether the worker of a P that has nothing else to run shall run: there is work, or all other Ms are idle, so that no other
 * M could end the mark. The caller holds sched.lock.
 */
export function mayRunIdleLocked(m: Mem): boolean {
  return marksBeside(m) && isMarking(m) && (hasMarkWork(m) || m[NMIDLE] === m[NPROCS] - 1);
}

/** Returns the worker of this P, which has nothing else to run. */
export function idleWorker(m: Mem, mp: MRef): GRef {
  return workerIn(m, mp, WORKER_MODE.idle);
}

/** Returns the worker of this P, made at the first call, in mode `mode`. */
function workerIn(m: Mem, mp: MRef, mode: number): GRef {
  const at = WORKERS + m[mp + M_ID];
  if (m[at] === 0) {
    const gp = newg(m, mp, 0, BGMARK.pc, BGMARK.slots, true);
    m[gp + ISBACKGROUND] = 1;
    m[gp + WAITREASON] = WAIT.worker;
    m[at] = gp;
  }
  m[m[at] + INTS] = mode;
  Atomics.store(m, m[at] + XSTATUS, G_STATUS.runnable);
  return m[at];
}

/** Counts `ns` of the worker `gp`, which is about to park, and returns its claim to a P of its own. */
export function workerRests(m: Mem, mp: MRef, gp: GRef, ns: number): void {
  const mode = m[gp + INTS];
  addWide(m, mp + M.at.gcstats + timeOf(mode), ns);
  if (mode === WORKER_MODE.dedicated) Atomics.add(m, XDEDICATED, 1);
}

function timeOf(mode: number): number {
  if (mode === WORKER_MODE.dedicated) return DEDICATED_NS;
  return mode === WORKER_MODE.fractional ? FRACTIONAL_NS : IDLE_NS;
}
