/**
 * One mark phase over adjacent objects of 16 bytes: eight share a bitmap word, and two share a byte of it.
 * The roots of neighbours lie apart, so different Ms mark them. Each object points to two objects without
 * pointers in two other words, whose neighbours are also found by other Ms.
 */
import type { Mem } from '../../../memory/struct.ts';
import type { Ref } from '../../../memory/address.ts';
import { storePointer } from '../../../memory/pointer.ts';
import { mAt, type MRef } from '../../../machine/m.ts';
import { notesleep } from '../../../sync/note.ts';
import { FLAG_NOSCAN } from '../../../malloc/flags.ts';
import { mallocgc } from '../../../malloc/malloc.ts';
import { helperDone, markWithOthers } from '../../../gc/helper.ts';
import { NPROC, XALLDONE } from '../../../gc/work.ts';
import { newg } from '../../../runtime/goroutine.ts';
import { dataAt, globalAt, setSlot, storeWord } from '../../../runtime/mutator.ts';
import { setUpMark } from './set-up-mark.ts';

const OBJECT_BYTES = 16;
/** A third of the objects are targets of roots; the others are targets of those. */
export const MARK_BITS_OBJECTS = 24;
const ROOTED = MARK_BITS_OBJECTS / 3;

/** Allocates the objects, sets the roots, and starts the mark. Returns the first object; the others follow it. */
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
    // The targets have odd numbers: they are neighbours of the other objects.
    else setSlot(m, newg(m, m0, 0, 0, 1, false), 0, object);
  }
  setUpMark(m);
  return first;
}

/** The work of M `index`. */
export function markBits(m: Mem, index: number): void {
  markWithOthers(m, mAt(m, index));
  if (index !== 0) helperDone(m);
  else if (m[NPROC] > 1) notesleep(m, XALLDONE);
}
