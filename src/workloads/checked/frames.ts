/** Goroutines and their frames with checked arguments; see runtime/goroutine.ts and runtime/mutator.ts. */
import type { Ref } from '../../memory/address.ts';
import { Fatal } from '../../base/fatal.ts';
import type { Mem } from '../../memory/struct.ts';
import { G, WAIT, type GRef } from '../../machine/g.ts';
import type { MRef } from '../../machine/m.ts';
import * as goroutine from '../../runtime/goroutine.ts';
import * as mutator from '../../runtime/mutator.ts';
import * as readying from '../../runtime/ready.ts';
import { checkFrame, checkFrameSize, checkGoroutine, checkInt, checkNumber, checkPc, checkReference, checkSlots, checkStep, checkThread } from './check.ts';
import { slip } from './slip.ts';

const { id: ID, waitreason: WAITREASON, nwaits: NWAITS } = G.at;

export function yieldTo(pc: number): number {
  checkPc(pc, yieldTo);
  return goroutine.yieldTo(pc);
}

export function parkAt(pc: number): number {
  checkPc(pc, parkAt);
  return goroutine.parkAt(pc);
}

export function call(m: Mem, gp: GRef, pc: number, slots: number, back: number): number {
  checkSlots(m, gp, 0, 0, call);
  checkPc(pc, call);
  checkFrameSize(slots, call);
  checkPc(back, call);
  return goroutine.call(m, gp, pc, slots, back);
}

export function ret(m: Mem, gp: GRef): number {
  checkFrame(m, gp, ret);
  return goroutine.ret(m, gp);
}

export function slotAt(m: Mem, gp: GRef, slot: number): Ref {
  checkSlots(m, gp, slot, 1, slotAt);
  return goroutine.slotAt(m, gp, slot);
}

export function getSlot(m: Mem, gp: GRef, slot: number): Ref {
  checkSlots(m, gp, slot, 1, getSlot);
  return mutator.getSlot(m, gp, slot);
}

export function setSlot(m: Mem, gp: GRef, slot: number, ref: Ref): void {
  checkSlots(m, gp, slot, 1, setSlot);
  checkReference(m, ref, setSlot);
  mutator.setSlot(m, gp, slot, ref);
}

export function getSlotAddress(m: Mem, gp: GRef, slot: number): number {
  checkSlots(m, gp, slot, 1, getSlotAddress);
  return mutator.getSlotAddress(m, gp, slot);
}

export function getInt(m: Mem, gp: GRef, i: number): number {
  checkGoroutine(m, gp, getInt);
  checkInt(i, getInt);
  return mutator.getInt(m, gp, i);
}

export function setInt(m: Mem, gp: GRef, i: number, value: number): void {
  checkGoroutine(m, gp, setInt);
  checkInt(i, setInt);
  checkNumber(value, setInt);
  mutator.setInt(m, gp, i, value);
}

/** Prepares a goroutine and marks it as prepared, so that `start` accepts it once. */
export function prepare(m: Mem, mp: MRef, gp: GRef, pc: number, slots: number): GRef {
  checkStep(m, mp, gp, prepare);
  checkPc(pc, prepare);
  checkFrameSize(slots, prepare);
  const prepared = mutator.prepare(m, mp, gp, pc, slots);
  m[prepared + WAITREASON] = WAIT.prepared;
  return prepared;
}

export function start(m: Mem, mp: MRef, prepared: GRef): void {
  checkThread(m, mp, start);
  checkGoroutine(m, prepared, start);
  if (m[prepared + WAITREASON] !== WAIT.prepared) slip(start, `goroutine ${m[prepared + ID]} was started before`);
  m[prepared + WAITREASON] = WAIT.none;
  mutator.start(m, mp, prepared);
}

export function ready(m: Mem, mp: MRef, gp: GRef): void {
  checkThread(m, mp, ready);
  checkGoroutine(m, gp, ready);
  if (m[gp + NWAITS] !== 0) slip(ready, `goroutine ${m[gp + ID]} waits on a channel, which will wake it`);
  try {
    readying.ready(m, mp, gp);
  } catch (error) {
    if (error instanceof Fatal && error.code === 'READY_OF_NON_WAITING') slip(ready, `goroutine ${m[gp + ID]} does not wait; it must have answered parkAt, and be woken once`);
    throw error;
  }
}
