/**
 * Barriers, allocations and workers that meet in the same words of the bitmap, without a scheduler.
 *
 *     holder i --> target 0, 1, 2, ...   16 bytes each: 8 share a word of marks; each has a child
 *     copied, cleared, exchanged         only a range store or an exchange shows them to the barrier
 *
 *   1. A mark is under way, and all holders are black. No root is left.
 *   2. Each M stores pointers to every target, in another order, in a holder of its own. M 0 also
 *      allocates blocks of that size, which share words of marks with the targets.
 *   3. M 0 copies a range with a pointer, clears one and exchanges one; each M marks a piece.
 *   4. The last M to finish marks what is left. Then all blocks must be marked.
 */
import type { Mem } from '../../../memory/struct.ts';
import type { Ref } from '../../../memory/address.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import { storePointer } from '../../../memory/pointer.ts';
import { fatal } from '../../../base/fatal.ts';
import { BIT_MARKED, bitsShift, bitsWord, markShift } from '../../../heap/bitmap.ts';
import { clearPointers, copyPointers } from '../../../heap/write-pointer.ts';
import { mAt, type MRef } from '../../../machine/m.ts';
import { FLAG_NOSCAN } from '../../../malloc/flags.ts';
import { mallocgc } from '../../../malloc/malloc.ts';
import { phaseChanged } from '../../../gc/collector.ts';
import { drain, pushShaded } from '../../../gc/collectors/concurrent/drain.ts';
import { MARKING, MARK_PHASE } from '../../../gc/collectors/concurrent/state.ts';
import { storeWord, swapWord } from '../../../runtime/mutator.ts';
import { keep } from './after-mark.ts';

const BYTES = 16;
const TARGETS = 5;
/** Blocks that M 0 allocates. */
const NEW = 3;
/** Pointers of a holder. */
const HOLDER_BYTES = 64;
const BUDGET = 8;
/** Words of the scenario: Ms that have finished; the source of the copy; the holder of each M; the blocks, as listed below. */
const FINISHED = 0;
const HOLDERS = 16;
const SOURCE = 12;
const BLOCKS = 20;
/** Blocks: targets, children, then these. */
const COPIED = 2 * TARGETS;
const CLEARED = COPIED + 1;
const EXCHANGED = CLEARED + 1;
const LEAF = EXCHANGED + 1;
const FIRST_NEW = LEAF + 1;
const ALL = FIRST_NEW + NEW;

function word(m: Mem, i: number): Ref {
  return m[CONFIG + Config.at.bss] + i;
}

/** Makes the blocks on M 0, and begins a mark without roots. */
export function buildNeighbours(m: Mem, m0: MRef): void {
  for (let i = 0; i < m[CONFIG + Config.at.nprocs]; i++) {
    const holder = mallocgc(m, m0, HOLDER_BYTES, 0);
    m[word(m, HOLDERS + i)] = holder;
    keep(m, holder);
  }
  for (let i = 0; i < FIRST_NEW; i++) m[word(m, BLOCKS + i)] = mallocgc(m, m0, BYTES, i === LEAF ? FLAG_NOSCAN : 0);
  for (let i = 0; i < TARGETS; i++) storeWord(m, m[word(m, BLOCKS + i)], 1, m[word(m, BLOCKS + TARGETS + i)]);
  const holder = m[word(m, HOLDERS)];
  storeWord(m, holder, 4, m[word(m, BLOCKS + CLEARED)]);
  storeWord(m, holder, 5, m[word(m, BLOCKS + EXCHANGED)]);
  // Nothing scans this word, so only the barrier of the copy shows the block.
  storePointer(m, word(m, SOURCE), m[word(m, BLOCKS + COPIED)]);
  m[MARKING] = MARK_PHASE.mark;
  phaseChanged(m);
}

/** The part of M `index`. */
export function runNeighbours(m: Mem, index: number): void {
  const mp = mAt(m, index);
  const holder = m[word(m, HOLDERS + index)];
  if (index === 0) {
    copyPointers(m, holder + 2 * 6, word(m, SOURCE), 2);
    clearPointers(m, holder + 2 * 4, 2);
    swapWord(m, holder, 5, m[word(m, BLOCKS + LEAF)]);
  }
  for (let i = 0; i < TARGETS; i++) {
    const target = index === 0 ? i : TARGETS - 1 - i;
    storeWord(m, holder, i % 4, m[word(m, BLOCKS + target)]);
    if (index === 0 && i < NEW) m[word(m, BLOCKS + FIRST_NEW + i)] = mallocgc(m, mp, BYTES, 0);
    if (i % 2 === 1) drain(m, mp, BUDGET);
  }
  if (Atomics.add(m, word(m, FINISHED), 1) === m[CONFIG + Config.at.nprocs] - 1) finish(m, mp);
}

/** Marks what is left, and looks at all marks. */
function finish(m: Mem, mp: MRef): void {
  pushShaded(m, mp);
  drain(m, mp, 1000);
  for (let i = 0; i < ALL; i++) {
    const p = m[word(m, BLOCKS + i)];
    if ((m[bitsWord(m, p) + 1] & (BIT_MARKED << markShift(bitsShift(m, p)))) === 0) fatal('BLOCK_NOT_MARKED', { block: i, p });
  }
}
