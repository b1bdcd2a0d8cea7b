/**
 * Go values in memory: allocation by type, and the layouts of slices, strings and interfaces. A
 * type is given by its number in the workload's table (heap/type-table.ts). Words of an object
 * are pointer-sized and counted from 0.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { lowOf } from '../memory/pointer.ts';
import type { GRef } from '../machine/g.ts';
import type { MRef } from '../machine/m.ts';
import { Type, itabOf, typeAt } from '../heap/type.ts';
import { writeAddress } from '../heap/write-pointer.ts';
import { newarray, newobject } from '../malloc/newobject.ts';
import { makechan } from './chan.ts';
import { root, storeInt, storeWord } from './mutator.ts';

const PTR_WORDS = CONFIG + Config.at.ptrWords;

/** Allocates a zeroed value of type number `type`, held by slot `i` of the frame. May collect. */
export function newValue(m: Mem, mp: MRef, gp: GRef, i: number, type: number): Ref {
  return root(m, mp, gp, i, lowOf(m, newobject(m, mp, typeAt(m, type))));
}

/**
 * Allocates an array of `n` zeroed values of type number `type`, held by slot `i` of the frame.
 * May collect.
 * @throws Fatal (a Go panic) if `n` is negative or the array is larger than the arena
 */
export function newValues(m: Mem, mp: MRef, gp: GRef, i: number, type: number, n: number): Ref {
  return root(m, mp, gp, i, lowOf(m, newarray(m, mp, typeAt(m, type), n)));
}

/** Stores a slice in words `i` to `i` + 2 of `obj`. A slice of capacity 0 keeps nothing alive. */
export function storeSlice(m: Mem, obj: Ref, i: number, array: Ref, length: number, capacity: number): void {
  storeWord(m, obj, i, array);
  storeInt(m, obj, i + 1, length);
  storeInt(m, obj, i + 2, capacity);
}

/** Stores a string of `length` bytes at byte address `address` in words `i` and `i` + 1 of `obj`. */
export function storeString(m: Mem, obj: Ref, i: number, address: number, length: number): void {
  writeAddress(m, obj + i * m[PTR_WORDS], address);
  storeInt(m, obj, i + 1, length);
}

/** Stores an `interface{}` in words `i` and `i` + 1 of `obj`: `data` is a value of type number `type`, or the pointer itself for a pointer type. */
export function storeEface(m: Mem, obj: Ref, i: number, type: number, data: Ref): void {
  storeWord(m, obj, i, typeAt(m, type));
  storeWord(m, obj, i + 1, data);
}

/** Stores an interface value with methods; otherwise as storeEface. */
export function storeIface(m: Mem, obj: Ref, i: number, type: number, data: Ref): void {
  storeWord(m, obj, i, itabOf(typeAt(m, type)));
  storeWord(m, obj, i + 1, data);
}

/**
 * Allocates a channel of type number `type` (a chan type) with room for `cap` elements, held by
 * slot `i` of the frame. May collect.
 */
export function newChan(m: Mem, mp: MRef, gp: GRef, i: number, type: number, cap: number): Ref {
  const chanType = typeAt(m, type);
  const elem = m[chanType + Type.at.elem];
  return makechan(m, mp, gp, i, m[elem + Type.at.size], cap, 0, chanType);
}
