/**
 * Every store of a pointer by a running program: into the heap, globals, stacks, channels and the
 * finalizer queue. If the collector has a write barrier, it sees each store before it happens.
 *
 * One word says both whether a pointer has a tag and whether there is a barrier, so a store costs no
 * more than it would without barriers. A collector that marks concurrently with the program has its barrier only
 * while it marks: the word changes in the stopped worlds in which a mark begins and ends. Only writes that no program makes bypass
 * this file: the links of free blocks, and memory built before the machine runs.
 */
import { CONFIG, Config } from '../memory/config.ts';
import type { Mem } from '../memory/struct.ts';
import { PTR_TAG, SMALL_SHIFT, type Low, type Ref } from '../memory/address.ts';
import { isTag, lowOfByte } from '../memory/pointer.ts';
import { clearWords } from '../memory/clear.ts';
import { barrierOf, hooksOf, showToBarrier } from './collector-hooks.ts';
import { POINTER_STORES, STORES } from './switches.ts';

const PTR_WORDS = CONFIG + Config.at.ptrWords;
const PTR_SHIFT = CONFIG + Config.at.ptrShift;

// Local names: V8 folds these, and not those of another module.
const TAG = PTR_TAG;
const SMALL = SMALL_SHIFT;
const TAGGED = POINTER_STORES.tagged;
const BARRIER = POINTER_STORES.barrier;
const BARRIER_OR_FRAMES = POINTER_STORES.barrier | POINTER_STORES.noFrames;

/** For boot: stores as the machine's pointers need them, without a barrier. */
export function storesInit(m: Mem): void {
  m[STORES] = m[PTR_WORDS] === 2 ? TAGGED : 0;
}

/** Switches the barrier of the machine's collector, if it has one, on or off. The world is stopped, or no M runs. */
export function switchBarrier(m: Mem, isOn: boolean): void {
  const { pointerStored, ignoresFrames } = hooksOf(m);
  m[STORES] &= ~BARRIER_OR_FRAMES;
  if (isOn && pointerStored !== undefined) m[STORES] |= ignoresFrames === true ? BARRIER_OR_FRAMES : BARRIER;
}

/** Stores the pointer with low word `low`, 0 for nil, at `slot`. */
export function writePointer(m: Mem, slot: Ref, low: Low): void {
  const stores = m[STORES];
  if ((stores & BARRIER) !== 0) showToBarrier(m, slot, low);
  // The tag is written first and survives nil: a racing writer can then never leave a
  // pointer without its tag, which the collector would take for an integer.
  if (low !== 0 && (stores & TAGGED) !== 0) m[slot + 1] = TAG;
  m[slot] = low;
}

/** As writePointer, for a slot of the running goroutine's own frame: most barriers do not see it. */
export function writeFrame(m: Mem, slot: Ref, low: Low): void {
  const stores = m[STORES];
  if ((stores & BARRIER_OR_FRAMES) === BARRIER) showToBarrier(m, slot, low);
  if (low !== 0 && (stores & TAGGED) !== 0) m[slot + 1] = TAG;
  m[slot] = low;
}

/** Shows the barrier that an integer is about to overwrite whatever is at `slot`. */
export function overwritePointer(m: Mem, slot: Ref): void {
  if ((m[STORES] & BARRIER) !== 0) showToBarrier(m, slot, 0);
}

/** Stores a pointer to the byte at `address`, 0 for nil, at `slot`. */
export function writeAddress(m: Mem, slot: Ref, address: number): void {
  writePointer(m, slot, lowOfByte(m, address));
  // Until then the pointer is to the byte before, which is one of the same object.
  if (m[PTR_SHIFT] !== SMALL && address !== 0) m[slot + 1] = TAG + (address & 1);
}

/** Exchanges the pointer at `slot` in one atomic step; returns the low word of the old one. */
export function exchangePointer(m: Mem, slot: Ref, low: Low): Low {
  const stores = m[STORES];
  if ((stores & BARRIER) !== 0) showToBarrier(m, slot, low);
  // The tag first, and for good: with it the low word alone is the pointer.
  if ((stores & TAGGED) !== 0) Atomics.store(m, slot + 1, TAG);
  return Atomics.exchange(m, slot, low);
}

/** Copies `words` words that may hold pointers from `from` to `to`; the ranges do not overlap. */
export function copyPointers(m: Mem, to: Ref, from: Ref, words: number): void {
  if ((m[STORES] & BARRIER) !== 0) pointersCopied(m, to, from, words);
  for (let i = 0; i < words; i++) m[to + i] = m[from + i];
}

/** As copyPointers, for the frames of a stack that moves. */
export function movePointers(m: Mem, to: Ref, from: Ref, words: number): void {
  if ((m[STORES] & BARRIER) !== 0) pointersCopied(m, to, from, words);
  m.copyWithin(to, from, from + words);
}

/** Overwrites `words` words that may hold pointers with zeros. */
export function clearPointers(m: Mem, at: Ref, words: number): void {
  if ((m[STORES] & BARRIER) !== 0) pointersCleared(m, at, words);
  clearWords(m, at, words);
}

function pointersCopied(m: Mem, to: Ref, from: Ref, words: number): void {
  const barrier = barrierOf(m);
  const pw = m[PTR_WORDS];
  for (let i = 0; i < words; i += pw) barrier(m, to + i, pw === 2 && !isTag(m, m[from + i + 1]) ? 0 : m[from + i]);
}

function pointersCleared(m: Mem, at: Ref, words: number): void {
  const barrier = barrierOf(m);
  const pw = m[PTR_WORDS];
  for (let i = 0; i < words; i += pw) barrier(m, at + i, 0);
}
