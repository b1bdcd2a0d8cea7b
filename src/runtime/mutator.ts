/**
 * What a goroutine's steps do with memory. A ref returned here is valid as long as something
 * reachable holds it: a slot of the frame, a global, another reachable object. `newObject` is
 * a safe point, so before it every ref still needed must be in a slot.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { fatal } from '../base/fatal.ts';
import { racyLoad } from '../sync/racy.ts';
import { G, G_INTS, type GRef } from '../machine/g.ts';
import type { MRef } from '../machine/m.ts';
import { TINY_SIZE } from '../heap/size-classes.ts';
import { exchangePointer, writePointer } from '../heap/write-pointer.ts';
import { FLAG_NOSCAN, TINY_FLAGS } from '../malloc/flags.ts';
import { mallocTiny, mallocgc } from '../malloc/malloc.ts';
import { MSTATS, MStats } from '../malloc/mstats.ts';
import { FORCE, gcStart } from './gc.ts';
import { newg, slotAt } from './goroutine.ts';
import { enqueue } from './ready.ts';
import { safepoint } from './world.ts';

const PTR_WORDS = CONFIG + Config.at.ptrWords;
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
 * A new zeroed object of `size` bytes, held by slot `i` of the frame. May collect.
 * @param flags FLAG_NOSCAN if it will hold no pointers, FLAG_NOPROFILING to hide it from the memory profiler
 */
export function newObject(m: Mem, mp: MRef, gp: GRef, i: number, size: number, flags: number): Ref {
  const isTiny = (flags & TINY_MASK) === NOSCAN && size < TINY_BYTES && size > 0;
  return root(m, mp, gp, i, isTiny ? mallocTiny(m, mp, size) : mallocgc(m, mp, size, flags) << 2);
}

/**
 * Slot `i` of the frame holds the new block at byte offset `address`; then the goroutine is at
 * a safe point. May collect.
 */
export function root(m: Mem, mp: MRef, gp: GRef, i: number, address: number): Ref {
  writePointer(m, m[gp + FP] + i * m[PTR_WORDS], address);
  // Racy on purpose: a collection started a little early or late is as good, and gcStart asks again.
  if (racyLoad(m, HEAP_ALLOC_Q) >= racyLoad(m, XNEXT_GC_Q)) gcStart(m, mp, FORCE.no);
  else safepoint(m, mp);
  return address >>> 2;
}

/** runtime.GC(): collects now; with `andSweep` also sweeps everything before it returns. */
export function collect(m: Mem, mp: MRef, andSweep: boolean): void {
  gcStart(m, mp, andSweep ? FORCE.andSweep : FORCE.yes);
}

/** The object that slot `i` of the frame holds, 0 for nil. */
export function getSlot(m: Mem, gp: GRef, i: number): Ref {
  return m[slotAt(m, gp, i)] >>> 2;
}

export function setSlot(m: Mem, gp: GRef, i: number, ref: Ref): void {
  writePointer(m, slotAt(m, gp, i), ref << 2);
}

/** Byte offset that slot `i` holds: for inner bytes of tiny blocks. */
export function getSlotAddress(m: Mem, gp: GRef, i: number): number {
  return m[slotAt(m, gp, i)];
}

/** The pointer in word `i` (pointer-sized, from 0) of `obj`. */
export function loadWord(m: Mem, obj: Ref, i: number): Ref {
  return m[obj + i * m[PTR_WORDS]] >>> 2;
}

export function storeWord(m: Mem, obj: Ref, i: number, ref: Ref): void {
  writePointer(m, obj + i * m[PTR_WORDS], ref << 2);
}

/**
 * Exchanges the pointer in word `i` of `obj` in one atomic step and returns the old one, for
 * objects that several goroutines change.
 */
export function swapWord(m: Mem, obj: Ref, i: number, ref: Ref): Ref {
  return exchangePointer(m, obj + i * m[PTR_WORDS], ref << 2) >>> 2;
}

/** The pointer in word `i` of `obj`, which other goroutines exchange meanwhile: one that it leads to is seen as they left it. */
export function loadSharedWord(m: Mem, obj: Ref, i: number): Ref {
  return Atomics.load(m, obj + i * m[PTR_WORDS]) >>> 2;
}

/** An integer in word `i` of `obj`; it has no tag, so the collector takes it for no pointer. */
export function storeInt(m: Mem, obj: Ref, i: number, value: number): void {
  const pw = m[PTR_WORDS];
  m[obj + i * pw] = value;
  if (pw === 2) m[obj + i * pw + 1] = 0;
}

export function loadInt(m: Mem, obj: Ref, i: number): number {
  return m[obj + i * m[PTR_WORDS]];
}

/** Scratch integer `i` of the goroutine, 0 to 31; zero at its start. */
export function getInt(m: Mem, gp: GRef, i: number): number {
  return m[gp + INTS + i];
}

export function setInt(m: Mem, gp: GRef, i: number, value: number): void {
  if (i < 0 || i >= G_INTS) fatal('INT_OUT_OF_RANGE', { i });
  m[gp + INTS + i] = value;
}

/** Global pointer `i`, a root; `data` holds those set before the program starts. */
export function globalAt(m: Mem, i: number): Ref {
  const at = m[BSS] + i * m[PTR_WORDS];
  if (at >= m[CONFIG + Config.at.cycleLog]) fatal('GLOBAL_OUT_OF_RANGE', { i });
  return at;
}

export function getGlobal(m: Mem, i: number): Ref {
  return m[globalAt(m, i)] >>> 2;
}

export function setGlobal(m: Mem, i: number, ref: Ref): void {
  writePointer(m, globalAt(m, i), ref << 2);
}

/** Exchanges global `i` in one atomic step. */
export function swapGlobal(m: Mem, i: number, ref: Ref): Ref {
  return swapWord(m, m[BSS], i, ref);
}

/** Word `i` of the initialised data, a root. */
export function dataAt(m: Mem, i: number): Ref {
  return m[DATA] + i * m[PTR_WORDS];
}

/**
 * `go`, first half: a goroutine of the same program that will begin at step `pc` with `slots`
 * frame slots. Its slots and ints can be filled until `start`; there must be no safe point
 * before that.
 */
export function prepare(m: Mem, mp: MRef, gp: GRef, pc: number, slots: number): GRef {
  return newg(m, mp, m[gp + BASE], pc, slots, false);
}

/** Lets a prepared goroutine run. */
export function start(m: Mem, mp: MRef, prepared: GRef): void {
  enqueue(m, mp, prepared);
}
