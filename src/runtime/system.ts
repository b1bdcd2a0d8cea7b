/**
 * The system goroutines: the background sweeper, the one that runs finalizers, the scavenger. Their
 * steps open the text segment, at fixed places.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { loadPointer, type Ref } from '../memory/address.ts';
import { UsageError } from '../base/fatal.ts';
import { lock, unlock } from '../sync/lock.ts';
import { G, G_INTS, WAIT, type GRef } from '../machine/g.ts';
import { M, type MRef } from '../machine/m.ts';
import { clearPointers, copyPointers } from '../heap/write-pointer.ts';
import { FIN, FINLOCK, Fin, FinBlock, Finalizer, finalizerAt } from '../malloc/finq.ts';
import { XSWEEPDONE } from '../malloc/mheap.ts';
import { GCLOCK, NOTHING_TO_SWEEP, SWEEP, Sweep, sweepone } from '../malloc/sweep.ts';
import { gcStart } from './gc.ts';
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
 * Ints of the finalizer goroutine: the block it works on, the entry it is at, the rest of its
 * list. The last ones: the finalizers it runs may use the others.
 */
const BLOCK = INTS + G_INTS - 1;
const ENTRY = INTS + G_INTS - 2;
const REST = INTS + G_INTS - 3;

const RUN_BLOCK = RUNFINQ.pc + 1;
const AFTER_BLOCKS = RUNFINQ.pc + 2;

/** Sweeps span by span as long as there are any, then sleeps until the next collection. */
function bgsweep(m: Mem, mp: MRef, gp: GRef): number {
  if (sweepone(m, mp) !== NOTHING_TO_SWEEP) {
    Atomics.add(m, SWEEP + Sweep.at.xnbgsweep, 1);
    return yieldTo(BGSWEEP.pc);
  }
  lock(m, mp, GCLOCK);
  if (Atomics.load(m, XSWEEPDONE) === 0) {
    // A collection came between.
    unlock(m, mp, GCLOCK);
    return yieldTo(BGSWEEP.pc);
  }
  m[PARKED] = 1;
  return parkUnder(m, mp, gp, GCLOCK, WAIT.sweep, BGSWEEP.pc);
}

/** Takes all that is queued, or sleeps. */
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

/** Runs one finalizer of the block; a block that is done goes back to the free ones. */
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
 * A finalizer is one step that answers GOEXIT; it has RUNFINQ.slots slots. The object is in slot 0 of
 * the frame while it runs, and nowhere after.
 */
function runFinalizer(m: Mem, mp: MRef, gp: GRef, text: readonly Step[], f: Ref): void {
  const pw = m[CONFIG + Config.at.ptrWords];
  const slot = slotAt(m, gp, 0);
  copyPointers(m, slot, f + Finalizer.at.arg, pw);
  m[slotAt(m, gp, 1)] = m[f + Finalizer.at.context];
  const fn = m[f + Finalizer.at.fn];
  if (fn >= text.length) throw new UsageError(`a finalizer is step ${fn - SYSTEM_STEPS.length}, and the program has ${text.length - SYSTEM_STEPS.length} steps`);
  const answer = text[fn](m, mp, gp, text);
  if (answer !== GOEXIT) throw new UsageError(`the finalizer at step ${fn - SYSTEM_STEPS.length} has answered ${String(answer)}; a finalizer is one step, and answers GOEXIT`);
  m[RAN]++;
  clearPointers(m, f, Finalizer.words);
  clearPointers(m, slot, RUNFINQ.slots * pw);
}

/** Collects once more, for what the finalized objects kept. */
function afterBlocks(m: Mem, mp: MRef, gp: GRef): number {
  m[gp + BLOCK] = 0;
  gcStart(m, mp, 1);
  return RUNFINQ.pc;
}

/** Does what is due by the clock, then sleeps until more is. */
function scavenger(m: Mem, mp: MRef, gp: GRef): number {
  doWhatIsDue(m, mp);
  lock(m, mp, GCLOCK);
  m[SWEEP + Sweep.at.scavengerParked] = 1;
  return parkUnder(m, mp, gp, GCLOCK, WAIT.sleep, SCAVENGER.pc);
}

function parkUnder(m: Mem, mp: MRef, gp: GRef, waitlock: Ref, reason: number, pc: number): number {
  m[gp + WAITREASON] = reason;
  m[gp + ISBACKGROUND] = 1;
  m[mp + WAITLOCK] = waitlock;
  return parkAt(pc);
}

/** The object that a finalizer was called with. */
export function finalizedObject(m: Mem, gp: GRef): Ref {
  return loadPointer(m, slotAt(m, gp, 0));
}

/** The first steps of every text segment; the pcs above count on this order. */
export const SYSTEM_STEPS: readonly Step[] = [bgsweep, runfinq, runBlock, afterBlocks, scavenger];
