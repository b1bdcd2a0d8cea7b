/**
 * Checks of the arguments that a workload passes to the toolkit. Each takes a few loads and
 * comparisons and throws a UsageError at the call with the wrong argument, before the collector
 * fails on it. The words that a check reads belong to the running goroutine, or don't change while
 * the caller holds the object.
 */
import { CONFIG, Config } from '../../memory/config.ts';
import { PAGE_WORDS, offsetOf, wordAt, type Ref } from '../../memory/address.ts';
import type { Mem } from '../../memory/struct.ts';
import { FRAME_HEADER, G, G_INTS, type GRef } from '../../machine/g.ts';
import { M, type MRef } from '../../machine/m.ts';
import { SPAN_STATE, Span, spanOf } from '../../heap/span.ts';
import { FLAG_NOPROFILING, FLAG_NOSCAN, FLAG_NOZERO } from '../../malloc/flags.ts';
import { ZEROBASE } from '../../malloc/malloc.ts';
import { ARENA_USED } from '../../malloc/mheap.ts';
import { racyLoad } from '../../sync/racy.ts';
import { slip, type Call } from './slip.ts';

const { ptrWords: PW, gs: GS, ms: MS, ps: PS, data: DATA, bss: BSS, cycleLog: CYCLE_LOG, arenaStart: ARENA_START } = Config.at;
const PTR_WORDS = CONFIG + PW;
/** Bytes that the largest memory may have; see memory/map.ts. */
const MOST_BYTES = 2 ** 33;
const GLOBALS_START = CONFIG + DATA;
const BSS_START = CONFIG + BSS;
const GLOBALS_END = CONFIG + CYCLE_LOG;
const ARENA = CONFIG + ARENA_START;
const { start: START, npages: NPAGES, limit: LIMIT, state: STATE, sizeclass: SIZECLASS, elemsize: ELEMSIZE } = Span.at;
const { id: ID, stack: STACK, sp: SP, fp: FP } = G.at;
const CURG = M.at.curg;
const G_WORDS = G.words;
const M_WORDS = M.words;
const IN_USE = SPAN_STATE.inUse;
const ON_STACK = SPAN_STATE.stack;
const ZERO = ZEROBASE;
const ANY_FLAGS = FLAG_NOSCAN | FLAG_NOZERO | FLAG_NOPROFILING;
const MOST_SLOTS = 4096;
const MOST_STEPS = 1 << 24;

/** Checks that `m` is the shared memory. */
export function checkMemory(m: Mem, call: Call): void {
  if (!(m instanceof Int32Array)) slip(call, `m must be the shared memory that every step is given first, not ${kindOf(m)}`);
}

/** Checks that `mp` is the record of an M. */
export function checkThread(m: Mem, mp: MRef, call: Call): void {
  checkMemory(m, call);
  const first = m[CONFIG + MS];
  if (!(mp >= first && mp < m[CONFIG + PS] && (mp - first) % M_WORDS === 0)) slip(call, `mp must be the thread that every step is given second, not ${kindOf(mp)}`);
}

/** Checks that `gp` is a goroutine that has not ended. */
export function checkGoroutine(m: Mem, gp: GRef, call: Call): void {
  checkMemory(m, call);
  const first = m[CONFIG + GS];
  if (!(gp >= first && gp < m[CONFIG + MS] && (gp - first) % G_WORDS === 0)) slip(call, `gp must be a goroutine, as every step is given third, not ${kindOf(gp)}`);
  if (m[gp + SP] === 0) slip(call, `goroutine ${m[gp + ID]} has ended`);
}

/** Checks that `mp` and `gp` are the M and the goroutine of the running step. */
export function checkStep(m: Mem, mp: MRef, gp: GRef, call: Call): void {
  checkThread(m, mp, call);
  checkGoroutine(m, gp, call);
  if (m[mp + CURG] !== gp) slip(call, `goroutine ${m[gp + ID]} is not the one that runs on this thread`);
}

/** Checks that the frame of `gp` has `n` slots from slot `i` on. */
export function checkSlots(m: Mem, gp: GRef, i: number, n: number, call: Call): void {
  checkGoroutine(m, gp, call);
  const fp = m[gp + FP];
  if (fp === 0 || m[gp + SP] < fp) slip(call, `goroutine ${m[gp + ID]} has no frame: it has answered ret`);
  const pw = m[PTR_WORDS];
  if (!((i | 0) === i && i >= 0 && fp + (i + n) * pw <= m[gp + SP])) slip(call, `slot ${kindOf(i)} is not in the frame of goroutine ${m[gp + ID]}, which has ${(m[gp + SP] - fp) / pw} slots`);
}

/** Checks that `gp` has a frame to return from. */
export function checkFrame(m: Mem, gp: GRef, call: Call): void {
  checkGoroutine(m, gp, call);
  if (m[gp + FP] - FRAME_HEADER * m[PTR_WORDS] < m[gp + STACK]) slip(call, `goroutine ${m[gp + ID]} has no frame left to return from`);
}

/** Checks that a goroutine has an int `i`. */
export function checkInt(i: number, call: Call): void {
  if (!((i | 0) === i && i >= 0 && i < G_INTS)) slip(call, `there is no int ${kindOf(i)}; a goroutine has ${G_INTS}, from 0 on`);
}

/** Checks that `value` is a finite number. */
export function checkNumber(value: number, call: Call): void {
  if (value - value !== 0) slip(call, `the value must be a finite number, not ${kindOf(value)}`);
}

/** Checks that `n` is a whole number from `min` to `max`. */
export function checkWhole(name: string, n: number, min: number, max: number, call: Call): void {
  if (!(Number.isInteger(n) && n >= min && n <= max)) slip(call, `${name} must be a whole number from ${min} to ${max}, not ${kindOf(n)}`);
}

/** Checks that `flags` has only flags of malloc. */
export function checkFlags(flags: number, call: Call): void {
  if ((flags & ANY_FLAGS) !== flags) slip(call, `flags must be 0, FLAG_NOSCAN, FLAG_NOPROFILING or their sum, not ${kindOf(flags)}`);
}

/** Checks that `pc` can be the number of a step. */
export function checkPc(pc: number, call: Call): void {
  if (!((pc | 0) === pc && pc >= 0 && pc < MOST_STEPS)) slip(call, `a step is named by its place in the list, from 0 on, not by ${kindOf(pc)}`);
}

/** Checks that a frame can have `slots` slots. */
export function checkFrameSize(slots: number, call: Call): void {
  if (!((slots | 0) === slots && slots >= 0 && slots <= MOST_SLOTS)) slip(call, `a frame has 0 to ${MOST_SLOTS} slots, not ${kindOf(slots)}`);
}

/** Checks that the workload has `n` globals from global `i` on. */
export function checkGlobals(m: Mem, i: number, n: number, call: Call): void {
  checkMemory(m, call);
  const have = Math.floor((m[GLOBALS_END] - m[BSS_START]) / m[PTR_WORDS]);
  if (!((i | 0) === i && i >= 0 && i + n <= have)) slip(call, `there is no global ${kindOf(n === 1 ? i : i + n - 1)}; the workload's needs() ask for fewer`);
}

/** Checks that the pointer-sized words `i` to `i + n - 1` of `obj` lie in one block, on one stack or in the globals. */
export function checkWords(m: Mem, obj: Ref, i: number, n: number, call: Call): void {
  checkMemory(m, call);
  const pw = m[PTR_WORDS];
  if ((obj | 0) !== obj || (obj & (pw - 1)) !== 0) slip(call, `${kindOf(obj)} is no reference to an object`);
  const have = wordsFrom(m, obj);
  if (have === 0) slip(call, obj === 0 ? 'the reference is nil' : obj === ZERO ? 'an object of size 0 has no words' : `${kindOf(obj)} is no reference to an object`);
  if (!((i | 0) === i && i >= 0 && (i + n) * pw <= have)) slip(call, `word ${kindOf(n === 1 ? i : i + n - 1)} is not in the object, which has ${Math.floor(have / pw)} from there on`);
}

/** Returns the 32-bit words from `ref` to the end of its block, its stack or the globals; 0 if `ref` lies in none of these. */
function wordsFrom(m: Mem, ref: Ref): number {
  if (ref < m[ARENA]) return ref >= m[GLOBALS_START] && ref < m[GLOBALS_END] ? m[GLOBALS_END] - ref : 0;
  // Racy, as in mlookup: the arena only grows, and it grew before any object on it was allocated, so before the
  // program got the reference. For a word that is no reference, either answer is allowed.
  if (ref >= racyLoad(m, ARENA_USED)) return 0;
  const s = spanOf(m, ref);
  if (s === 0) return 0;
  // Racy: the span of an object that the caller holds does not change.
  const state = racyLoad(m, s + STATE);
  const start = m[s + START];
  if (state === ON_STACK) return start + m[s + NPAGES] * PAGE_WORDS - ref;
  if (state !== IN_USE || ref < start || ref >= m[s + LIMIT]) return 0;
  if (m[s + SIZECLASS] === 0) return m[s + LIMIT] - ref;
  const words = m[s + ELEMSIZE] >>> 2;
  return words - ((ref - start) % words);
}

/** Checks that `ref` may be stored: it is nil, in an object, in the globals, or an object of size 0. */
export function checkReference(m: Mem, ref: Ref, call: Call): void {
  if (ref === 0) return;
  if ((ref | 0) !== ref || !mayBeKept(m, ref)) slip(call, `${kindOf(ref)} is no reference to an object`);
}

function mayBeKept(m: Mem, ref: Ref): boolean {
  if (ref < m[ARENA]) return ref === ZERO || (ref >= m[GLOBALS_START] && ref < m[GLOBALS_END]);
  return isInHeap(m, ref);
}

/** Reports whether the word at `ref` lies in a span of objects. */
export function isInHeap(m: Mem, ref: Ref): boolean {
  // Racy as in wordsFrom.
  if (ref < m[ARENA] || ref >= racyLoad(m, ARENA_USED)) return false;
  const s = spanOf(m, ref);
  return s !== 0 && racyLoad(m, s + STATE) === IN_USE && ref >= m[s + START] && ref < m[s + LIMIT];
}

/** Reports whether the word at `ref` lies in the globals. */
export function isGlobal(m: Mem, ref: Ref): boolean {
  return ref >= m[GLOBALS_START] && ref < m[GLOBALS_END];
}

/** Reports whether `address` is a whole number that a byte may have as its address; as a signed 32-bit integer it may be negative. */
export function isAddress(address: number): boolean {
  return (address | 0) === address || (Number.isInteger(address) && address >= 0 && address < MOST_BYTES);
}

/** Checks that `address` is 0 for nil, or the byte offset of a byte in an object, as getSlotAddress returns it. */
export function checkAddress(m: Mem, address: number, call: Call): void {
  checkMemory(m, call);
  if (address === 0) return;
  if (!isAddress(address)) slip(call, `${kindOf(address)} is no address of a byte`);
  if (!mayBeKept(m, wordAt(address))) slip(call, `${offsetOf(address)} is no address of a byte of an object; getSlotAddress gives one`);
}

/** Names a value in messages: a number as it is, other values by their type. */
export function kindOf(value: unknown): string {
  if (typeof value === 'number' || value === undefined || value === null) return String(value);
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
