/**
 * The system goroutines: background sweeper, finalizer goroutine, scavenger. Their steps are the
 * first of every text segment, at fixed pcs.
 *
 * Source: bgsweep and runfinq in mgc0.c of Go 1.3.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { loadPointer } from '../memory/pointer.ts';
import { nanotime } from '../base/clock.ts';
import { UsageError } from '../base/fatal.ts';
import { lock, unlock } from '../sync/lock.ts';
import { G, G_INTS, WAIT, type GRef } from '../machine/g.ts';
import { M, type MRef } from '../machine/m.ts';
import { clearPointers, copyPointers } from '../heap/write-pointer.ts';
import { FIN, FINLOCK, Fin, FinBlock, Finalizer, finalizerAt } from '../malloc/finq.ts';
import { XSWEEPDONE } from '../malloc/mheap.ts';
import { GCLOCK, NOTHING_TO_SWEEP, SWEEP, Sweep } from '../malloc/sweep.ts';
import { sweepone } from '../malloc/compiled.ts';
import { markSome } from '../gc/collector.ts';
import { limitTrigger } from '../gc/pacer/limit.ts';
import { PROGRESS } from '../gc/collectors/descriptor.ts';
import { flushWork } from './assist-queue.ts';
import { BGMARK, markBudget, scannedQuads, workerRests } from './beside.ts';
import { FORCE, gcStart } from './gc.ts';
import { RUNFINQ } from './finalizer.ts';
import { BGSWEEP } from './gc.ts';
import { SCAVENGER, doWhatIsDue } from './scavenger.ts';
import { GOEXIT, parkAt, slotAt, yieldTo, type Step } from './goroutine.ts';

const FINQ = FIN + Fin.at.finq;
const FINC = FIN + Fin.at.finc;
const FINGWAIT = FIN + Fin.at.fingwait;
const RAN = FIN + Fin.at.ran;
const { waitlock: WAITLOCK } = M.at;
const { waitreason: WAITREASON, isbackground: ISBACKGROUND, ints: INTS } = G.at;
const { next: NEXT, cnt: CNT } = FinBlock.at;
const PARKED = SWEEP + Sweep.at.parked;

/**
 * Ints of the finalizer goroutine: its current block, the next entry, the remaining blocks. They
 * are the last ints, so that the finalizers it runs can use the others.
 */
const BLOCK = INTS + G_INTS - 1;
const ENTRY = INTS + G_INTS - 2;
const REST = INTS + G_INTS - 3;

const RUN_BLOCK = RUNFINQ.pc + 1;
const AFTER_BLOCKS = RUNFINQ.pc + 2;

/** The background sweeper: sweeps one span, then yields; parks if nothing is left until the next collection. */
function bgsweep(m: Mem, mp: MRef, gp: GRef): number {
  if (sweepone(m, mp) !== NOTHING_TO_SWEEP) {
    Atomics.add(m, SWEEP + Sweep.at.xnbgsweep, 1);
    return yieldTo(BGSWEEP.pc);
  }
  lock(m, mp, GCLOCK);
  if (Atomics.load(m, XSWEEPDONE) === 0) {
    // A collection ran after the last sweepone.
    unlock(m, mp, GCLOCK);
    return yieldTo(BGSWEEP.pc);
  }
  m[PARKED] = 1;
  limitTrigger(m);
  return parkUnder(m, mp, gp, GCLOCK, WAIT.sweep, BGSWEEP.pc);
}

/** The finalizer goroutine: takes the whole queue, or parks if it is empty. */
function runfinq(m: Mem, mp: MRef, gp: GRef): number {
  lock(m, mp, FINLOCK);
  const block = m[FINQ];
  m[FINQ] = 0;
  if (block === 0) {
    m[FINGWAIT] = 1;
    return parkUnder(m, mp, gp, FINLOCK, WAIT.finalizer, RUNFINQ.pc);
  }
  m[gp + ISBACKGROUND] = 0;
  unlock(m, mp, FINLOCK);
  m[gp + BLOCK] = block;
  m[gp + ENTRY] = 0;
  return RUN_BLOCK;
}

/** Runs the next finalizer of the block; a finished block goes to the free blocks. */
function runBlock(m: Mem, mp: MRef, gp: GRef, text: readonly Step[]): number {
  const block = m[gp + BLOCK];
  const i = m[gp + ENTRY];
  if (i < m[block + CNT]) {
    runFinalizer(m, mp, gp, text, finalizerAt(block, i));
    m[gp + ENTRY] = i + 1;
    return RUN_BLOCK;
  }
  m[gp + REST] = m[block + NEXT];
  lock(m, mp, FINLOCK);
  m[block + CNT] = 0;
  m[block + NEXT] = m[FINC];
  m[FINC] = block;
  unlock(m, mp, FINLOCK);
  if (m[gp + REST] === 0) return AFTER_BLOCKS;
  m[gp + BLOCK] = m[gp + REST];
  m[gp + ENTRY] = 0;
  return RUN_BLOCK;
}

/**
 * Runs the finalizer of entry `f` and clears the entry. A finalizer is one step that returns
 * GOEXIT; it has RUNFINQ.slots slots. Slot 0 holds the object while it runs and is cleared
 * afterwards.
 * @throws UsageError if the program has no such step, or it returns something else
 */
function runFinalizer(m: Mem, mp: MRef, gp: GRef, text: readonly Step[], f: Ref): void {
  const pw = m[CONFIG + Config.at.ptrWords];
  const slot = slotAt(m, gp, 0);
  copyPointers(m, slot, f + Finalizer.at.arg, pw);
  m[slotAt(m, gp, 1)] = m[f + Finalizer.at.context];
  const fn = m[f + Finalizer.at.fn];
  if (fn >= text.length) throw new UsageError(`a finalizer is step ${fn - SYSTEM_STEPS.length}, and the program has ${text.length - SYSTEM_STEPS.length} steps`);
  const answer = text[fn](m, mp, gp, text);
  if (answer !== GOEXIT) throw new UsageError(`the finalizer at step ${fn - SYSTEM_STEPS.length} returned ${String(answer)}; a finalizer is one step that returns GOEXIT`);
  m[RAN]++;
  clearPointers(m, f, Finalizer.words);
  clearPointers(m, slot, RUNFINQ.slots * pw);
}

/** Collects once more, to free what the finalized objects kept alive. */
function afterBlocks(m: Mem, mp: MRef, gp: GRef): number {
  m[gp + BLOCK] = 0;
  gcStart(m, mp, 1);
  return RUNFINQ.pc;
}

/** The scavenger: does what is due by the clock, then parks. */
function scavenger(m: Mem, mp: MRef, gp: GRef): number {
  doWhatIsDue(m, mp);
  lock(m, mp, GCLOCK);
  m[SWEEP + Sweep.at.scavengerParked] = 1;
  return parkUnder(m, mp, gp, GCLOCK, WAIT.sleep, SCAVENGER.pc);
}

/** Parks a system goroutine at `pc`; the scheduler then releases `waitlock`. */
function parkUnder(m: Mem, mp: MRef, gp: GRef, waitlock: Ref, reason: number, pc: number): number {
  m[gp + WAITREASON] = reason;
  m[gp + ISBACKGROUND] = 1;
  m[mp + WAITLOCK] = waitlock;
  return parkAt(pc);
}

/** Returns the object that the running finalizer was called with. */
export function finalizedObject(m: Mem, gp: GRef): Ref {
  return loadPointer(m, slotAt(m, gp, 0));
}

/** A background mark worker: marks a piece concurrently with the program, then parks until the scheduler runs it again (beside.ts). Go's gcBgMarkWorker. */
function bgMarkWorker(m: Mem, mp: MRef, gp: GRef): number {
  const started = nanotime();
  const before = scannedQuads(m, mp);
  const progress = markSome(m, mp, markBudget(m));
  flushWork(m, mp, scannedQuads(m, mp) - before);
  workerRests(m, mp, gp, nanotime() - started);
  if (progress === PROGRESS.none) gcStart(m, mp, FORCE.end);
  return parkAt(BGMARK.pc);
}

/** The first steps of every text segment; the pcs above depend on their order. */
export const SYSTEM_STEPS: readonly Step[] = [bgsweep, runfinq, runBlock, afterBlocks, scavenger, bgMarkWorker];
