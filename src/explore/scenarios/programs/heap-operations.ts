/**
 * Operations on the heap for an M, one at a time. If an operation needs an earlier one that was left out,
 * it does nothing: any list of operations is a program.
 *
 *     malloc slot bytes       tiny slot bytes       stack slot words
 *     check slot              drop slot             free slot         lookup slot
 *     swap slot cell          exchanges the slot's block with the cell's
 *     finalize slot           unfinalize slot
 *     sweep spans             collect               watch times
 *     scavenge                scavenge-old pages    tick minutes
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import { PAGE_WORDS, PAGE_WORD_SHIFT, type Ref } from '../../../memory/address.ts';
import { addressOf } from '../../../memory/pointer.ts';
import { fatal } from '../../../base/fatal.ts';
import { mAt, type MRef } from '../../../machine/m.ts';
import { wordsPerBitmapWord } from '../../../heap/bitmap.ts';
import { MAX_SMALL_SIZE, classToSize, sizeToClass } from '../../../heap/size-classes.ts';
import { FLAG_NOSCAN } from '../../../malloc/flags.ts';
import { free } from '../../../malloc/free.ts';
import { lookup } from '../../../malloc/lookup.ts';
import { mallocTiny, mallocgc } from '../../../malloc/malloc.ts';
import { ARENA_USED, MHEAP, MHeap } from '../../../malloc/mheap.ts';
import { EVERYTHING, scavenge } from '../../../malloc/scavenge.ts';
import { addfinalizer, removefinalizer } from '../../../malloc/specials.ts';
import { stackalloc, stackfree } from '../../../malloc/stack.ts';
import { NOTHING_TO_SWEEP, sweepone } from '../../../malloc/sweep.ts';
import { SCAVENGE_LIMIT_MS, clockMs, setClock } from '../../../sync/clock.ts';
import { racyLoad } from '../../../sync/racy.ts';
import type { Operation } from '../operation.ts';
import { HELD_KIND, SLOTS, Slot, checkHeld, dropHeld, exchangeCell, holdBlock, holdFromCell, holdStack, holdTiny, kindIn, slotOf } from './blocks.ts';
import { collect, endM, safePoint, setAlone } from './heap-world.ts';

const { address: ADDRESS, bytes: BYTES, finalizer: FINALIZER } = Slot.at;
const ARENA = CONFIG + Config.at.arenaStart;
const LIMIT = CONFIG + Config.at.arenaEnd;
const MINUTE_MS = 60_000;

/** Runs the operations of M 0 that prepare the heap; its slots keep the results. */
export function buildByOperations(m: Mem, m0: MRef, operations: readonly Operation[]): void {
  setAlone(m, true);
  for (const operation of operations) operate(m, m0, 0, operation);
  setAlone(m, false);
}

/** Runs the operations of M `index`, checks everything it holds, and frees its stacks. */
export function runOperations(m: Mem, index: number, operations: readonly Operation[]): void {
  const mp = mAt(m, index);
  for (const operation of operations) {
    safePoint(m);
    operate(m, mp, index, operation);
  }
  safePoint(m);
  for (let slot = 0; slot < SLOTS; slot++) {
    checkHeld(m, index, slot);
    // No goroutine owns these stacks, so the oracle would report them as leaked.
    unstack(m, mp, index, slot);
  }
  endM(m);
}

function operate(m: Mem, mp: MRef, index: number, operation: Operation): void {
  const [name, first, second] = operation;
  switch (name) {
    case 'malloc': return malloc(m, mp, index, first, second);
    case 'tiny': return holdTiny(m, index, first, addressOf(m, mallocTiny(m, mp, second)), second);
    case 'stack': return stack(m, mp, index, first, second);
    case 'check': return checkHeld(m, index, first);
    case 'drop': return drop(m, mp, index, first);
    case 'free': return freeHeld(m, mp, index, first);
    case 'lookup': return lookUp(m, mp, index, first);
    case 'swap': return swap(m, mp, index, first, second);
    case 'finalize': return finalize(m, mp, index, first);
    case 'unfinalize': return unfinalize(m, mp, index, first);
    case 'sweep': return sweep(m, mp, first);
    case 'scavenge': scavenge(m, mp, EVERYTHING); return;
    case 'scavenge-old': return scavengeOld(m, mp, first);
    case 'tick': setClock(m, clockMs(m) + first * MINUTE_MS); return;
    case 'collect': return collect(m, mp);
    case 'watch': return watch(m, first);
    default: fatal('NO_SUCH_OPERATION', { name });
  }
}

function malloc(m: Mem, mp: MRef, index: number, slot: number, bytes: number): void {
  unstack(m, mp, index, slot);
  const mayPoint = index % 2 === 0;
  const p = mallocgc(m, mp, bytes, mayPoint ? 0 : FLAG_NOSCAN);
  holdBlock(m, index, slot, p, bytes > MAX_SMALL_SIZE ? bytes : classToSize[sizeToClass(bytes)], mayPoint);
}

function stack(m: Mem, mp: MRef, index: number, slot: number, words: number): void {
  unstack(m, mp, index, slot);
  holdStack(m, index, slot, stackalloc(m, mp, words), words);
}

function unstack(m: Mem, mp: MRef, index: number, slot: number): void {
  const at = slotOf(m, index, slot);
  if (kindIn(m, at) !== HELD_KIND.stack) return;
  checkHeld(m, index, slot);
  stackfree(m, mp, m[at + ADDRESS] >>> 2, m[at + BYTES] >>> 2);
  dropHeld(m, index, slot);
}

function drop(m: Mem, mp: MRef, index: number, slot: number): void {
  unstack(m, mp, index, slot);
  checkHeld(m, index, slot);
  dropHeld(m, index, slot);
}

function freeHeld(m: Mem, mp: MRef, index: number, slot: number): void {
  const at = slotOf(m, index, slot);
  if (kindIn(m, at) !== HELD_KIND.block || m[at + FINALIZER] !== 0) return;
  checkHeld(m, index, slot);
  const p = m[at + ADDRESS] >>> 2;
  dropHeld(m, index, slot);
  free(m, mp, p);
}

/** Checks that each page of a held block leads to the block. */
function lookUp(m: Mem, mp: MRef, index: number, slot: number): void {
  const at = slotOf(m, index, slot);
  if (kindIn(m, at) !== HELD_KIND.block) return;
  const p = m[at + ADDRESS] >>> 2;
  for (let word = 0; word < m[at + BYTES] >>> 2; word += PAGE_WORDS) {
    const { base, size } = lookup(m, mp, p + word);
    if (base !== p || size < m[at + BYTES]) fatal('LOOKUP_WRONG', { block: p, word, base, size });
  }
}

function swap(m: Mem, mp: MRef, index: number, slot: number, cell: number): void {
  const p = exchangeCell(m, index, slot, cell);
  if (p === 0) return;
  const { base, size } = lookup(m, mp, p);
  if (base !== p) fatal('LOOKUP_WRONG', { block: p, word: 0, base, size });
  // The block of the slot could not go into the cell: it becomes garbage.
  drop(m, mp, index, slot);
  holdFromCell(m, index, slot, cell, p, size);
}

function finalize(m: Mem, mp: MRef, index: number, slot: number): void {
  const at = slotOf(m, index, slot);
  if (kindIn(m, at) === HELD_KIND.none || kindIn(m, at) === HELD_KIND.stack) return;
  if (addfinalizer(m, mp, m[at + ADDRESS], 1, 0) !== (m[at + FINALIZER] === 0)) fatal('FINALIZER_NOT_AS_SET', { address: m[at + ADDRESS], had: m[at + FINALIZER] });
  m[at + FINALIZER] = 1;
}

function unfinalize(m: Mem, mp: MRef, index: number, slot: number): void {
  const at = slotOf(m, index, slot);
  if (kindIn(m, at) === HELD_KIND.none || kindIn(m, at) === HELD_KIND.stack) return;
  if (removefinalizer(m, mp, m[at + ADDRESS]) !== (m[at + FINALIZER] !== 0)) fatal('FINALIZER_NOT_AS_SET', { address: m[at + ADDRESS], had: m[at + FINALIZER] });
  m[at + FINALIZER] = 0;
}

/** Releases pages that were free for longer than the scavenger's limit. On one P their number must be `pages`. */
function scavengeOld(m: Mem, mp: MRef, pages: number): void {
  const bytes = scavenge(m, mp, SCAVENGE_LIMIT_MS);
  if (m[CONFIG + Config.at.nprocs] === 1 && bytes !== pages * PAGE_WORDS * 4) fatal('SCAVENGED_OTHERWISE', { bytes, pages });
}

function sweep(m: Mem, mp: MRef, spans: number): void {
  for (let i = 0; i < spans; i++) if (sweepone(m, mp) === NOTHING_TO_SWEEP) return;
}

/** Checks that bitmap and span map are mapped as far as arena_used says. */
function watch(m: Mem, times: number): void {
  for (let i = 0; i < times; i++) {
    // The mapped limits are read later, and all three only grow. Racy: newer limits are larger.
    const used: Ref = Atomics.load(m, ARENA_USED) - m[ARENA];
    const bits = racyLoad(m, MHEAP + MHeap.at.bitmapMapped);
    const spans = racyLoad(m, MHEAP + MHeap.at.spansMapped);
    if (bits < (used * 4) / wordsPerBitmapWord(m) || spans < (used >> PAGE_WORD_SHIFT) * 4) {
      fatal('ARENA_USED_BEFORE_MAPPED', { used, bits, spans, limit: m[LIMIT] });
    }
  }
}
