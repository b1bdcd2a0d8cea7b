/**
 * One mark phase over objects on many pages, for span-based marking with short queues: a binary tree whose neighbours
 * have different sizes. Two roots lead to its two halves.
 */
import type { Mem } from '../../../memory/struct.ts';
import type { Ref } from '../../../memory/address.ts';
import { storePointer } from '../../../memory/pointer.ts';
import type { MRef } from '../../../machine/m.ts';
import { mallocgc } from '../../../malloc/malloc.ts';
import { dataAt, globalAt, storeWord } from '../../../runtime/mutator.ts';
import { setUpMark } from './set-up-mark.ts';

/** Each size has a page of its own. */
const SIZES = [16, 32, 48, 64, 80, 96, 112] as const;
export const SPANS_OBJECTS = 26;

/** Allocates the objects, sets the roots, and starts the mark. Returns the objects in order. */
export function buildMarkSpans(m: Mem, m0: MRef): Ref[] {
  const objects: Ref[] = [];
  for (let i = 0; i < SPANS_OBJECTS; i++) objects.push(mallocgc(m, m0, SIZES[i % SIZES.length], 0));
  for (let i = 0; i < SPANS_OBJECTS; i++) {
    for (let k = 0; k < 2; k++) {
      const child = 2 * i + 2 + k;
      if (child < SPANS_OBJECTS) storeWord(m, objects[i], k, objects[child]);
    }
  }
  storePointer(m, dataAt(m, 0), objects[0]);
  storePointer(m, globalAt(m, 1), objects[1]);
  setUpMark(m);
  return objects;
}
