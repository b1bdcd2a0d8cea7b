/**
 * Every store of a pointer by a running program: into the heap, globals, stacks, channels and the
 * finalizer queue. If the collector has a write barrier, it sees each store before it happens.
 *
 * One constant word says both whether a pointer has a tag and whether there is a barrier, so a
 * store costs no more than it would without barriers. Only writes that no program makes bypass
 * this file: the links of free blocks, and memory built before the machine runs.
 */
import { CONFIG, Config, POINTER_STORES } from '../memory/config.ts';
import { PTR_TAG, type Ref } from '../memory/address.ts';
import { clearWords } from '../memory/clear.ts';
import type { Mem } from '../memory/struct.ts';
import { barrierOf } from './collector-hooks.ts';

const STORES = CONFIG + Config.at.pointerStores;
const PTR_WORDS = CONFIG + Config.at.ptrWords;

// Local names: V8 folds these, and not those of another module.
const TAG = PTR_TAG;
const TAGGED = POINTER_STORES.tagged;
const BARRIER = POINTER_STORES.barrier;

/** Stores the pointer with byte offset `address`, 0 for nil, at `slot`. */
export function writePointer(m: Mem, slot: Ref, address: number): void {
  const stores = m[STORES];
  if ((stores & BARRIER) !== 0) barrierOf(m)(m, slot, address);
  // The tag is written first and survives nil: a racing writer can then never leave a
  // pointer without its tag, which the collector would take for an integer.
  if (address !== 0 && (stores & TAGGED) !== 0) m[slot + 1] = TAG;
  m[slot] = address;
}

/** Exchanges the pointer at `slot` in one atomic step; returns the byte offset of the old one. */
export function exchangePointer(m: Mem, slot: Ref, address: number): number {
  const stores = m[STORES];
  if ((stores & BARRIER) !== 0) barrierOf(m)(m, slot, address);
  // The tag first, and for good: with it the low word alone is the pointer.
  if ((stores & TAGGED) !== 0) Atomics.store(m, slot + 1, TAG);
  return Atomics.exchange(m, slot, address);
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
  for (let i = 0; i < words; i += pw) barrier(m, to + i, pw === 2 && m[from + i + 1] !== TAG ? 0 : m[from + i]);
}

function pointersCleared(m: Mem, at: Ref, words: number): void {
  const barrier = barrierOf(m);
  const pw = m[PTR_WORDS];
  for (let i = 0; i < words; i += pw) barrier(m, at + i, 0);
}
