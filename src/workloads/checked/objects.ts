/** Objects and their words with checked arguments; see runtime/mutator.ts, malloc/free.ts, malloc/lookup.ts and workloads/bytes.ts. */
import type { Ref } from '../../memory/address.ts';
import { Fatal } from '../../base/fatal.ts';
import { loadWide as loadWidePlain } from '../../memory/wide.ts';
import type { Mem } from '../../memory/struct.ts';
import type { GRef } from '../../machine/g.ts';
import type { MRef } from '../../machine/m.ts';
import { free as freePlain } from '../../malloc/free.ts';
import { lookup as lookupPlain, type Found } from '../../malloc/lookup.ts';
import { freeOSMemory as freeOSMemoryPlain } from '../../runtime/scavenger.ts';
import * as mutator from '../../runtime/mutator.ts';
import * as bytesOf from '../bytes.ts';
import { checkAddress, checkFlags, checkGlobals, checkNumber, checkReference, checkSlots, checkStep, checkThread, checkWhole, checkWords, kindOf } from './check.ts';
import { slip, type Call } from './slip.ts';

/** Largest size that is no wrong argument. malloc refuses sizes that exceed the arena. */
const MOST_BYTES = 2 ** 53 - 1;

export function newObject(m: Mem, mp: MRef, gp: GRef, slot: number, size: number, flags: number): Ref {
  checkStep(m, mp, gp, newObject);
  checkSlots(m, gp, slot, 1, newObject);
  checkWhole('size', size, 0, MOST_BYTES, newObject);
  checkFlags(flags, newObject);
  return mutator.newObject(m, mp, gp, slot, size, flags);
}

export function collect(m: Mem, mp: MRef, andSweep: boolean): void {
  checkThread(m, mp, collect);
  mutator.collect(m, mp, andSweep);
}

export function freeOSMemory(m: Mem, mp: MRef): number {
  checkThread(m, mp, freeOSMemory);
  return freeOSMemoryPlain(m, mp);
}

export function loadWord(m: Mem, obj: Ref, i: number): Ref {
  checkWords(m, obj, i, 1, loadWord);
  return mutator.loadWord(m, obj, i);
}

export function storeWord(m: Mem, obj: Ref, i: number, ref: Ref): void {
  checkWords(m, obj, i, 1, storeWord);
  checkReference(m, ref, storeWord);
  mutator.storeWord(m, obj, i, ref);
}

export function swapWord(m: Mem, obj: Ref, i: number, ref: Ref): Ref {
  checkWords(m, obj, i, 1, swapWord);
  checkReference(m, ref, swapWord);
  return mutator.swapWord(m, obj, i, ref);
}

export function loadSharedWord(m: Mem, obj: Ref, i: number): Ref {
  checkWords(m, obj, i, 1, loadSharedWord);
  return mutator.loadSharedWord(m, obj, i);
}

export function loadInt(m: Mem, obj: Ref, i: number): number {
  checkWords(m, obj, i, 1, loadInt);
  return mutator.loadInt(m, obj, i);
}

export function storeInt(m: Mem, obj: Ref, i: number, value: number): void {
  checkWords(m, obj, i, 1, storeInt);
  checkNumber(value, storeInt);
  mutator.storeInt(m, obj, i, value);
}

/** Loads a number of two 32-bit words, as readGCStats writes them. */
export function loadWide(m: Mem, at: Ref): number {
  checkWords(m, at, 0, 1, loadWide);
  return loadWidePlain(m, at);
}

export function storeAddress(m: Mem, obj: Ref, i: number, address: number): void {
  checkWords(m, obj, i, 1, storeAddress);
  checkAddress(m, address, storeAddress);
  bytesOf.storeAddress(m, obj, i, address);
}

export function loadAddress(m: Mem, obj: Ref, i: number): number {
  checkWords(m, obj, i, 1, loadAddress);
  return bytesOf.loadAddress(m, obj, i);
}

export function setFreshByte(m: Mem, address: number, byte: number): void {
  checkByteAt(m, address, setFreshByte);
  checkWhole('the byte', byte, 0, 255, setFreshByte);
  bytesOf.setFreshByte(m, address, byte);
}

export function getByte(m: Mem, address: number): number {
  checkByteAt(m, address, getByte);
  return bytesOf.getByte(m, address);
}

function checkByteAt(m: Mem, address: number, call: Call): void {
  checkAddress(m, address, call);
  if (address === 0) slip(call, 'the address is nil');
}

export function globalAt(m: Mem, i: number): Ref {
  checkGlobals(m, i, 1, globalAt);
  return mutator.globalAt(m, i);
}

export function getGlobal(m: Mem, i: number): Ref {
  checkGlobals(m, i, 1, getGlobal);
  return mutator.getGlobal(m, i);
}

export function setGlobal(m: Mem, i: number, ref: Ref): void {
  checkGlobals(m, i, 1, setGlobal);
  checkReference(m, ref, setGlobal);
  mutator.setGlobal(m, i, ref);
}

export function swapGlobal(m: Mem, i: number, ref: Ref): Ref {
  checkGlobals(m, i, 1, swapGlobal);
  checkReference(m, ref, swapGlobal);
  return mutator.swapGlobal(m, i, ref);
}

/** By error code of free: the fault in the user's words. */
const REFUSED: Readonly<Record<string, string>> = {
  FREE_OF_NO_BLOCK: 'only an object can be freed, by the reference that newObject gave',
  FREE_OF_TOO_SMALL_BLOCK: 'an object of less than 16 bytes may share its block, and is freed by the collector alone',
  FREE_OF_FINALIZED_BLOCK: 'the object has a finalizer; take it back with clearfinalizer first',
};

export function free(m: Mem, mp: MRef, ref: Ref): void {
  checkThread(m, mp, free);
  checkReference(m, ref, free);
  try {
    freePlain(m, mp, ref);
  } catch (error) {
    const why = error instanceof Fatal ? REFUSED[error.code] : undefined;
    if (why !== undefined) slip(free, why);
    throw error;
  }
}

export function lookup(m: Mem, mp: MRef, ref: Ref): Found {
  checkThread(m, mp, lookup);
  if (!Number.isInteger(ref)) slip(lookup, `a reference is a whole number, not ${kindOf(ref)}`);
  return lookupPlain(m, mp, ref);
}
