/**
 * Nothing but one mark phase, over objects of 16 bytes that lie side by side: eight of them
 * share a bitmap word, and two a byte of it. The roots of neighbours are in different places,
 * so different Ms mark them, and each leads to two without pointers, in two other words,
 * whose neighbours are found by other Ms as well.
 */
import type { Mem } from '../../../memory/struct.ts';
import { storePointer, type Ref } from '../../../memory/address.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import { mAt, type MRef } from '../../../machine/m.ts';
import { notesleep } from '../../../sync/note.ts';
import { MARKFOR, parforsetup } from '../../../sync/parfor.ts';
import { FLAG_NOSCAN } from '../../../malloc/flags.ts';
import { mallocgc } from '../../../malloc/malloc.ts';
import { helperDone, markWithOthers } from '../../../gc/helper.ts';
import { prepareMark } from '../../../gc/policy.ts';
import { rootCount } from '../../../gc/roots.ts';
import { NPROC, XALLDONE, XNDONE, XNWAIT } from '../../../gc/work.ts';
import { newg } from '../../../runtime/goroutine.ts';
import { dataAt, globalAt, setSlot, storeWord } from '../../../runtime/mutator.ts';

const OBJECT_BYTES = 16;
/** A third of them are roots' targets, the others theirs. */
export const MARK_BITS_OBJECTS = 24;
const ROOTED = MARK_BITS_OBJECTS / 3;

/** The objects and their roots, and all set up to mark; returns the first object, the others follow. */
export function buildMarkBits(m: Mem, m0: MRef): Ref {
  const first = mallocgc(m, m0, OBJECT_BYTES, 0);
  for (let i = 1; i < MARK_BITS_OBJECTS; i++) mallocgc(m, m0, OBJECT_BYTES, i < ROOTED ? 0 : FLAG_NOSCAN);
  const words = OBJECT_BYTES / 4;
  for (let i = 0; i < ROOTED; i++) {
    storeWord(m, first + i * words, 0, first + (ROOTED + i) * words);
    storeWord(m, first + i * words, 1, first + (2 * ROOTED + i) * words);
  }
  for (let i = 0; i < ROOTED; i++) {
    const object = first + i * words;
    if (i % 4 === 0) storePointer(m, dataAt(m, i), object);
    else if (i % 4 === 2) storePointer(m, globalAt(m, i), object);
    // Those with odd numbers, neighbours of the others.
    else setSlot(m, newg(m, m0, 0, 0, 1, false), 0, object);
  }
  const nproc = m[CONFIG + Config.at.nprocs];
  Atomics.store(m, XNWAIT, 0);
  Atomics.store(m, XNDONE, 0);
  Atomics.store(m, XALLDONE, 0);
  m[NPROC] = nproc;
  parforsetup(m, MARKFOR, nproc, rootCount(m), false);
  prepareMark(m);
  return first;
}

/** The part of M `index` in it. */
export function markBits(m: Mem, index: number): void {
  markWithOthers(m, mAt(m, index));
  if (index !== 0) helperDone(m);
  else if (m[NPROC] > 1) notesleep(m, XALLDONE);
}
