/**
 * The mutator's interface to memory: allocation, slots, globals, words of objects. A ref is
 * valid while a slot of the frame, a global or another reachable object holds it. `newObject`
 * is a safe point: every ref still needed after it must be in a slot.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Low, Ref } from '../memory/address.ts';
import { addressAt } from '../memory/pointer.ts';
import { fatal } from '../base/fatal.ts';
import { racyLoad } from '../sync/racy.ts';
import { G, G_INTS, type GRef } from '../machine/g.ts';
import type { MRef } from '../machine/m.ts';
import { TINY_SIZE } from '../heap/size-classes.ts';
import { ASSISTING } from '../heap/switches.ts';
import { exchangePointer, overwritePointer, writeFrame, writePointer } from '../heap/write-pointer.ts';
import { FLAG_NOSCAN, TINY_FLAGS } from '../malloc/flags.ts';
import { mallocTiny, mallocgc } from '../malloc/malloc.ts';
import { MSTATS, MStats } from '../malloc/mstats.ts';
import { allocatedBeside } from './assist.ts';
import { FORCE, gcStart } from './gc.ts';
import { newg, slotAt } from './goroutine.ts';
import { enqueue } from './ready.ts';
import { safepoint } from './world.ts';

const PTR_WORDS = CONFIG + Config.at.ptrWords;
const PTR_SHIFT = CONFIG + Config.at.ptrShift;
const DATA = CONFIG + Config.at.data;
const BSS = CONFIG + Config.at.bss;
const HEAP_ALLOC_Q = MSTATS + MStats.at.heapAllocQ;
const XNEXT_GC_Q = MSTATS + MStats.at.xnextGcQ;
const { ints: INTS, base: BASE, fp: FP } = G.at;

// Local names: V8 folds these, and not those of another module.
const TINY_BYTES = TINY_SIZE;
const TINY_MASK = TINY_FLAGS;
const NOSCAN = FLAG_NOSCAN;

/**
 * Allocates a zeroed object of `size` bytes, held by slot `i` of the frame. May collect.
 * @param flags FLAG_NOSCAN if it will hold no pointers, FLAG_NOPROFILING to hide it from the memory profiler
 */
export function newObject(m: Mem, mp: MRef, gp: GRef, i: number, size: number, flags: number): Ref {
  const isTiny = (flags & TINY_MASK) === NOSCAN && size < TINY_BYTES && size > 0;
  return root(m, mp, gp, i, isTiny ? mallocTiny(m, mp, size) : mallocgc(m, mp, size, flags) << m[PTR_SHIFT]);
}

/**
 * Stores the pointer to the new block, with low word `low`, in slot `i` of the frame, then reaches
 * a safe point. May collect. Returns the block's ref.
 */
export function root(m: Mem, mp: MRef, gp: GRef, i: number, low: Low): Ref {
  writeFrame(m, m[gp + FP] + i * m[PTR_WORDS], low);
  if (m[ASSISTING] !== 0) allocatedBeside(m, mp, gp);
  // Racy: a stale value only starts a collection a little early or late, and gcStart reads it again.
  else if (racyLoad(m, HEAP_ALLOC_Q) >= racyLoad(m, XNEXT_GC_Q)) gcStart(m, mp, FORCE.no);
  else safepoint(m, mp);
  return low >>> m[PTR_SHIFT];
}

/** Collects, and with `andSweep` sweeps everything before it returns. Go's runtime.GC. */
export function collect(m: Mem, mp: MRef, andSweep: boolean): void {
  gcStart(m, mp, andSweep ? FORCE.andSweep : FORCE.yes);
}

/** Returns the object in slot `i` of the frame, 0 for nil. */
export function getSlot(m: Mem, gp: GRef, i: number): Ref {
  return m[slotAt(m, gp, i)] >>> m[PTR_SHIFT];
}

/** Stores the object `ref`, 0 for nil, in slot `i` of the frame. */
export function setSlot(m: Mem, gp: GRef, i: number, ref: Ref): void {
  writeFrame(m, slotAt(m, gp, i), ref << m[PTR_SHIFT]);
}

/** Returns the address of the byte that slot `i` of the frame points at, for inner bytes of tiny blocks. */
export function getSlotAddress(m: Mem, gp: GRef, i: number): number {
  return addressAt(m, slotAt(m, gp, i));
}

/** Returns the pointer in word `i` (pointer-sized, from 0) of `obj`. */
export function loadWord(m: Mem, obj: Ref, i: number): Ref {
  return m[obj + i * m[PTR_WORDS]] >>> m[PTR_SHIFT];
}

/** Stores the pointer `ref`, 0 for nil, in word `i` of `obj`. */
export function storeWord(m: Mem, obj: Ref, i: number, ref: Ref): void {
  writePointer(m, obj + i * m[PTR_WORDS], ref << m[PTR_SHIFT]);
}

/** Exchanges the pointer in word `i` of `obj` atomically, for objects that several goroutines change. Returns the old pointer. */
export function swapWord(m: Mem, obj: Ref, i: number, ref: Ref): Ref {
  return exchangePointer(m, obj + i * m[PTR_WORDS], ref << m[PTR_SHIFT]) >>> m[PTR_SHIFT];
}

/** Returns the pointer in word `i` of `obj`, which other goroutines exchange: what they wrote before the exchange is visible. */
export function loadSharedWord(m: Mem, obj: Ref, i: number): Ref {
  return Atomics.load(m, obj + i * m[PTR_WORDS]) >>> m[PTR_SHIFT];
}

/** Stores an integer in word `i` of `obj`, without a tag, so that the collector does not take it for a pointer. */
export function storeInt(m: Mem, obj: Ref, i: number, value: number): void {
  const pw = m[PTR_WORDS];
  overwritePointer(m, obj + i * pw);
  m[obj + i * pw] = value;
  if (pw === 2) m[obj + i * pw + 1] = 0;
}

/** Returns the integer in word `i` of `obj`. */
export function loadInt(m: Mem, obj: Ref, i: number): number {
  return m[obj + i * m[PTR_WORDS]];
}

/** Returns int `i` (from 0) of the goroutine; ints are 0 at its start. */
export function getInt(m: Mem, gp: GRef, i: number): number {
  return m[gp + INTS + i];
}

/**
 * Sets int `i` of the goroutine.
 * @throws Fatal INT_OUT_OF_RANGE unless 0 <= `i` < G_INTS
 */
export function setInt(m: Mem, gp: GRef, i: number, value: number): void {
  if (i < 0 || i >= G_INTS) fatal('INT_OUT_OF_RANGE', { i });
  m[gp + INTS + i] = value;
}

/**
 * Returns the ref of global pointer `i`, a root.
 * @throws Fatal GLOBAL_OUT_OF_RANGE if the machine has fewer globals
 */
export function globalAt(m: Mem, i: number): Ref {
  const at = m[BSS] + i * m[PTR_WORDS];
  if (at >= m[CONFIG + Config.at.cycleLog]) fatal('GLOBAL_OUT_OF_RANGE', { i });
  return at;
}

/** Returns the object in global `i`, 0 for nil. */
export function getGlobal(m: Mem, i: number): Ref {
  return m[globalAt(m, i)] >>> m[PTR_SHIFT];
}

/** Stores the object `ref`, 0 for nil, in global `i`. */
export function setGlobal(m: Mem, i: number, ref: Ref): void {
  writePointer(m, globalAt(m, i), ref << m[PTR_SHIFT]);
}

/** Exchanges global `i` atomically. Returns the old pointer. */
export function swapGlobal(m: Mem, i: number, ref: Ref): Ref {
  return swapWord(m, m[BSS], i, ref);
}

/** Returns the ref of word `i` of the initialised data, a root that is set before the program starts. */
export function dataAt(m: Mem, i: number): Ref {
  return m[DATA] + i * m[PTR_WORDS];
}

/**
 * Makes a goroutine of the same program that begins at step `pc` with `slots` slots: the first
 * half of a `go` statement. The caller may set its slots and ints until `start`, without a safe
 * point in between.
 */
export function prepare(m: Mem, mp: MRef, gp: GRef, pc: number, slots: number): GRef {
  return newg(m, mp, m[gp + BASE], pc, slots, false);
}

/** Makes a prepared goroutine runnable: the second half of a `go` statement. */
export function start(m: Mem, mp: MRef, prepared: GRef): void {
  enqueue(m, mp, prepared);
}
