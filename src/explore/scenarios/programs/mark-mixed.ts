/**
 * One mark phase over objects of all kinds. Sizes range from 8 bytes to several bitmap words. Pointers lead to
 * their starts and interiors, from any word of an object and from roots of every kind, the last words of data
 * and bss included. Some objects have no pointers, and some are unreachable. More objects have finalizers than
 * fit in a workbuf.
 */
import type { Mem } from '../../../memory/struct.ts';
import type { Ref } from '../../../memory/address.ts';
import { storePointer } from '../../../memory/pointer.ts';
import { CONFIG, Config, ptrWords } from '../../../memory/config.ts';
import type { MRef } from '../../../machine/m.ts';
import { FLAG_NOSCAN } from '../../../malloc/flags.ts';
import { queuefinalizer } from '../../../malloc/finq.ts';
import { mallocgc } from '../../../malloc/malloc.ts';
import { addfinalizer } from '../../../malloc/specials.ts';
import { newg } from '../../../runtime/goroutine.ts';
import { dataAt, globalAt, setSlot } from '../../../runtime/mutator.ts';
import { setUpMark } from './set-up-mark.ts';

/** Sizes alternate, so that different Ms find neighbours of one size. */
const SIZES = [8, 16, 8, 48, 16, 288] as const;
export const MIXED_OBJECTS = 30;
/**
 * The first objects are reachable from roots, the next from each other, then some from due finalizers, some
 * from garbage with a finalizer. The last are unreachable.
 */
const ROOTED = 6;
const LINKED = 22;
const DUE = [22, 23] as const;
/** Garbage, and the object that only garbage points to. */
const KEEPERS = [[27, 24], [29, 25]] as const;
export const MIXED_REACHABLE = 26;
/** An object of 16 bytes; only its second pointer is set. */
const HALF_EMPTY = 4;
/** A reachable object with a finalizer. */
const FINALIZED = [3, 5, 9] as const;

/** Targets of each object, in the order of a breadth-first walk: two others, or one if it has no room for more. */
const CHILDREN: readonly (readonly number[])[] = planChildren();

function planChildren(): number[][] {
  let next = ROOTED;
  const all = Array.from({ length: MIXED_OBJECTS }, (_, i) => {
    const children: number[] = [];
    while (next < LINKED && children.length < Math.min(i === HALF_EMPTY ? 1 : 2, mixedWords(i) / 2)) children.push(next++);
    return children;
  });
  for (const [keeper, child] of KEEPERS) all[keeper].push(child);
  return all;
}

/** Words of object `i`, rounded up to its size class. */
export function mixedWords(i: number): number {
  return SIZES[i % SIZES.length] / 4;
}

/** Allocates the objects, sets the roots, and starts the mark. Returns the objects in order. */
export function buildMarkMixed(m: Mem, m0: MRef): Ref[] {
  const objects: Ref[] = [];
  for (let i = 0; i < MIXED_OBJECTS; i++) objects.push(mallocgc(m, m0, mixedWords(i) * 4, hasPointers(i) ? 0 : FLAG_NOSCAN));
  for (let i = 0; i < MIXED_OBJECTS; i++) link(m, objects, i);
  const pw = ptrWords(m);
  storePointer(m, m[CONFIG + Config.at.bss] - pw, objects[0] + insideOf(0));
  storePointer(m, m[CONFIG + Config.at.cycleLog] - pw, objects[1] + insideOf(1));
  for (let i = 2; i < ROOTED; i++) {
    const inside = objects[i] + insideOf(i);
    // Several roots point to each object, far from each other, so that two Ms may find it at once. The data
    // section points to so many objects that half of them is more than one.
    storePointer(m, dataAt(m, i), inside);
    if (i % 2 === 1) storePointer(m, globalAt(m, i), inside);
    setSlot(m, newg(m, m0, 0, 0, 1, false), 0, inside);
  }
  for (const i of DUE) queuefinalizer(m, m0, objects[i], 0, 0, 0);
  for (const i of [...FINALIZED, ...KEEPERS.map(([keeper]) => keeper)]) addfinalizer(m, m0, objects[i] << 2, 0, 0);
  setUpMark(m);
  return objects;
}

/** Reports whether object `i` is allocated with pointers: all that point to others, some leaves, and the smallest, which would otherwise be tiny and share blocks. */
function hasPointers(i: number): boolean {
  return CHILDREN[i].length > 0 || mixedWords(i) === 2 || i % 5 === 0;
}

/** Stores the pointer in the last pointer word of an object, and in larger ones in the one before or the first. */
function link(m: Mem, objects: readonly Ref[], i: number): void {
  const last = mixedWords(i) - 2;
  for (let k = 0; k < CHILDREN[i].length; k++) {
    const child = CHILDREN[i][k];
    const at = k === 0 ? last : i % 2 === 0 ? last - 2 : 0;
    storePointer(m, objects[i] + at, objects[child] + insideOf(child));
  }
}

/** Returns the word of object `i` that the pointer leads to: its start, or a later word. */
function insideOf(i: number): number {
  return i % 4 < 2 ? 0 : Math.floor(mixedWords(i) / 4) * 2;
}
