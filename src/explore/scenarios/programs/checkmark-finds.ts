/**
 * The checkmark phase against marks that are made by hand, with one block left out.
 *
 *     global 0 --> A --> B --> C (without pointers)         frame of a goroutine --> D --> E
 *     F is not reachable                                    E points to its second half
 *
 * In each turn all reachable blocks but one are marked. The phase must find that one, and none once
 * it is marked as well.
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import { storePointer } from '../../../memory/pointer.ts';
import { fatal } from '../../../base/fatal.ts';
import { BIT_MARKED, bitsShift, bitsWord, markShift } from '../../../heap/bitmap.ts';
import { M, mAt, type MRef } from '../../../machine/m.ts';
import { FLAG_NOSCAN } from '../../../malloc/flags.ts';
import { mallocgc } from '../../../malloc/malloc.ts';
import { findMissed } from '../../../gc/collectors/concurrent/checkmark.ts';
import { newg } from '../../../runtime/goroutine.ts';
import { globalAt, setSlot, storeWord } from '../../../runtime/mutator.ts';
import { keep } from './after-mark.ts';

const BYTES = 64;
const WORDS = BYTES / 4;
/** Blocks in the order of their addresses; C has no pointers. */
const [A, B, D, E, F, ALL] = [0, 1, 2, 3, 4, 5];
const REACHABLE = 5;

/** Makes the blocks. Returns the first; those with pointers follow it. */
export function buildCheckmark(m: Mem, m0: MRef): void {
  const first = mallocgc(m, m0, BYTES, 0);
  for (let i = 1; i < ALL; i++) mallocgc(m, m0, BYTES, 0);
  const c = mallocgc(m, m0, BYTES, FLAG_NOSCAN);
  storePointer(m, globalAt(m, 0), first + A * WORDS);
  storeWord(m, first + A * WORDS, 7, first + B * WORDS);
  storeWord(m, first + B * WORDS, 0, c);
  // The word of a block without pointers is no pointer.
  storePointer(m, c, first + F * WORDS);
  setSlot(m, newg(m, m0, 0, 0, 2, false), 1, first + D * WORDS);
  storeWord(m, first + D * WORDS, 0, first + E * WORDS + WORDS / 2);
  const blocks = m[CONFIG + Config.at.bss] + 2 * REACHABLE;
  for (const [i, p] of [first + A * WORDS, first + B * WORDS, c, first + D * WORDS, first + E * WORDS].entries()) m[blocks + i] = p;
}

/** Leaves out each reachable block in turn, and looks whether the phase finds it. The M counts as collecting: the world is stopped. */
export function runCheckmark(m: Mem, index: number): void {
  const mp = mAt(m, index);
  m[mp + M.at.gcing] = 1;
  const blocks = m[CONFIG + Config.at.bss] + 2 * REACHABLE;
  for (let i = 0; i < REACHABLE; i++) keep(m, m[blocks + i]);
  for (let i = 0; i < REACHABLE; i++) {
    const p = m[blocks + i];
    m[bitsWord(m, p) + 1] &= ~(BIT_MARKED << markShift(bitsShift(m, p)));
    const missed = findMissed(m, mp);
    keep(m, p);
    const wrong = findMissed(m, mp);
    if (missed !== p || wrong !== 0) fatal('CHECKMARK_WRONG', { block: i, p, missed, wrong });
  }
  m[mp + M.at.gcing] = 0;
}
