/**
 * Go values in memory: allocating them by type, and the layouts of slices, strings and
 * interfaces. Types are named by their number in the workload's table (heap/type-table.ts);
 * words of an object are pointer-sized and counted from 0.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import type { GRef } from '../machine/g.ts';
import type { MRef } from '../machine/m.ts';
import { Type, itabOf, typeAt } from '../heap/type.ts';
import { writePointer } from '../heap/write-pointer.ts';
import { newarray, newobject } from '../malloc/newobject.ts';
import { makechan } from './chan.ts';
import { root, storeInt, storeWord } from './mutator.ts';

const PTR_WORDS = CONFIG + Config.at.ptrWords;

/** A new zeroed value of type number `type`, held by slot `i` of the frame. May collect. */
export function newValue(m: Mem, mp: MRef, gp: GRef, i: number, type: number): Ref {
  return root(m, mp, gp, i, newobject(m, mp, typeAt(m, type)) << 2);
}

/**
 * `n` new zeroed values in a row, held by slot `i` of the frame. May collect.
 * @throws Fatal, a panic, when so many can't be
 */
export function newValues(m: Mem, mp: MRef, gp: GRef, i: number, type: number, n: number): Ref {
  return root(m, mp, gp, i, newarray(m, mp, typeAt(m, type), n) << 2);
}

/** A slice in words `i` to `i` + 2 of `obj`. With a capacity of 0 it keeps nothing alive. */
export function storeSlice(m: Mem, obj: Ref, i: number, array: Ref, length: number, capacity: number): void {
  storeWord(m, obj, i, array);
  storeInt(m, obj, i + 1, length);
  storeInt(m, obj, i + 2, capacity);
}

/** A string of `length` bytes in words `i` and `i` + 1 of `obj`; `address` is the byte offset of its first. */
export function storeString(m: Mem, obj: Ref, i: number, address: number, length: number): void {
  writePointer(m, obj + i * m[PTR_WORDS], address);
  storeInt(m, obj, i + 1, length);
}

/** An `interface{}` that holds `data`, a value of type number `type` (a pointer is its own data), in words `i` and `i` + 1. */
export function storeEface(m: Mem, obj: Ref, i: number, type: number, data: Ref): void {
  storeWord(m, obj, i, typeAt(m, type));
  storeWord(m, obj, i + 1, data);
}

/** An interface value with methods, as storeEface. */
export function storeIface(m: Mem, obj: Ref, i: number, type: number, data: Ref): void {
  storeWord(m, obj, i, itabOf(typeAt(m, type)));
  storeWord(m, obj, i + 1, data);
}

/**
 * A new channel of type number `type` (a chan type) with room for `cap` elements, held by slot
 * `i` of the frame. May collect.
 */
export function newChan(m: Mem, mp: MRef, gp: GRef, i: number, type: number, cap: number): Ref {
  const chanType = typeAt(m, type);
  const elem = m[chanType + Type.at.elem];
  return makechan(m, mp, gp, i, m[elem + Type.at.size], cap, 0, chanType);
}
