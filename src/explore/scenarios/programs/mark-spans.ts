/**
 * Mark phases for span-based marking. Two roots lead to the two halves of a binary tree:
 *
 *   - buildMarkSpans: on many pages, with short queues. Neighbours in the tree have different sizes.
 *   - buildMarkPage: on one page. Pointers lead forward and back, into the next group of the bitmap, and into farther ones.
 */
import type { Mem } from '../../../memory/struct.ts';
import type { Ref } from '../../../memory/address.ts';
import { storePointer } from '../../../memory/pointer.ts';
import type { MRef } from '../../../machine/m.ts';
import { FLAG_NOSCAN } from '../../../malloc/flags.ts';
import { mallocgc } from '../../../malloc/malloc.ts';
import { dataAt, globalAt, storeWord } from '../../../runtime/mutator.ts';
import { setUpMark } from './set-up-mark.ts';

/** Each size has a page of its own. */
const SIZES = [16, 32, 48, 64, 80, 96, 112] as const;
export const SPANS_OBJECTS = 26;
/** Objects of buildMarkPage, 4 to a group of the bitmap. */
export const PAGE_OBJECTS = 30;
const PAGE_OBJECT_BYTES = 32;
/** The place of object i on the page is STRIDE * i, modulo their number. */
const STRIDE = 7;

/** Allocates the objects, sets the roots, and starts the mark. Returns the objects in order. */
export function buildMarkSpans(m: Mem, m0: MRef): Ref[] {
  const objects: Ref[] = [];
  for (let i = 0; i < SPANS_OBJECTS; i++) objects.push(mallocgc(m, m0, SIZES[i % SIZES.length], 0));
  linkHalves(m, objects);
  return objects;
}

/** As buildMarkSpans, with all objects on one page. The last one in the tree is without pointers. */
export function buildMarkPage(m: Mem, m0: MRef): Ref[] {
  const places: Ref[] = [];
  const last = (STRIDE * (PAGE_OBJECTS - 1)) % PAGE_OBJECTS;
  for (let i = 0; i < PAGE_OBJECTS; i++) places.push(mallocgc(m, m0, PAGE_OBJECT_BYTES, i === last ? FLAG_NOSCAN : 0));
  const objects = places.map((_, i) => places[(STRIDE * i) % PAGE_OBJECTS]);
  linkHalves(m, objects);
  return objects;
}

/** Makes `objects` two trees: objects 0 and 1 are the roots, 2i + 2 and 2i + 3 the children of i. Then starts the mark. */
function linkHalves(m: Mem, objects: readonly Ref[]): void {
  for (let i = 0; i < objects.length; i++) {
    for (let k = 0; k < 2; k++) {
      const child = 2 * i + 2 + k;
      if (child < objects.length) storeWord(m, objects[i], k, objects[child]);
    }
  }
  storePointer(m, dataAt(m, 0), objects[0]);
  storePointer(m, globalAt(m, 1), objects[1]);
  setUpMark(m);
}
