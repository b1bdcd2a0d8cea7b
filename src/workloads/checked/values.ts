/** Values of declared types with checked arguments; see runtime/values.ts. */
import { CONFIG, Config } from '../../memory/config.ts';
import type { Ref } from '../../memory/address.ts';
import type { Mem } from '../../memory/struct.ts';
import type { GRef } from '../../machine/g.ts';
import type { MRef } from '../../machine/m.ts';
import { KIND, KIND_MASK, Type, typeAt } from '../../heap/type.ts';
import * as values from '../../runtime/values.ts';
import { checkAddress, checkMemory, checkNumber, checkReference, checkSlots, checkStep, checkWhole, checkWords, kindOf } from './check.ts';
import { slip, type Call } from './slip.ts';

const TYPE_TABLE = CONFIG + Config.at.typeTable;
/** Config word with the start of the region after the table. */
const TYPE_TABLE_END = CONFIG + Config.at.persistentStart;
const MOST_VALUES = 2 ** 32;

/** Checks that the workload declares a type with the number `type`. */
function checkType(m: Mem, type: number, call: Call): void {
  checkMemory(m, call);
  const table = m[TYPE_TABLE];
  // The table begins with the number of its types.
  const count = table === m[TYPE_TABLE_END] ? 0 : m[table];
  if (!((type | 0) === type && type >= 0 && type < count)) slip(call, count === 0 ? 'the workload declares no types' : `there is no type ${kindOf(type)}; the workload's types are 0 to ${count - 1}`);
}

export function newValue(m: Mem, mp: MRef, gp: GRef, slot: number, type: number): Ref {
  checkStep(m, mp, gp, newValue);
  checkSlots(m, gp, slot, 1, newValue);
  checkType(m, type, newValue);
  return values.newValue(m, mp, gp, slot, type);
}

export function newValues(m: Mem, mp: MRef, gp: GRef, slot: number, type: number, n: number): Ref {
  checkStep(m, mp, gp, newValues);
  checkSlots(m, gp, slot, 1, newValues);
  checkType(m, type, newValues);
  checkWhole('n', n, 0, MOST_VALUES, newValues);
  return values.newValues(m, mp, gp, slot, type, n);
}

export function newChan(m: Mem, mp: MRef, gp: GRef, slot: number, type: number, cap: number): Ref {
  checkStep(m, mp, gp, newChan);
  checkSlots(m, gp, slot, 1, newChan);
  checkType(m, type, newChan);
  if ((m[typeAt(m, type) + Type.at.kind] & KIND_MASK) !== KIND.chan) slip(newChan, `type ${type} is no type of channels`);
  return values.newChan(m, mp, gp, slot, type, cap);
}

export function storeSlice(m: Mem, obj: Ref, i: number, array: Ref, length: number, capacity: number): void {
  checkWords(m, obj, i, 3, storeSlice);
  checkReference(m, array, storeSlice);
  checkNumber(length, storeSlice);
  checkNumber(capacity, storeSlice);
  values.storeSlice(m, obj, i, array, length, capacity);
}

export function storeString(m: Mem, obj: Ref, i: number, address: number, length: number): void {
  checkWords(m, obj, i, 2, storeString);
  checkAddress(m, address, storeString);
  checkNumber(length, storeString);
  values.storeString(m, obj, i, address, length);
}

export function storeEface(m: Mem, obj: Ref, i: number, type: number, data: Ref): void {
  checkWords(m, obj, i, 2, storeEface);
  checkType(m, type, storeEface);
  checkReference(m, data, storeEface);
  values.storeEface(m, obj, i, type, data);
}

export function storeIface(m: Mem, obj: Ref, i: number, type: number, data: Ref): void {
  checkWords(m, obj, i, 2, storeIface);
  checkType(m, type, storeIface);
  checkReference(m, data, storeIface);
  values.storeIface(m, obj, i, type, data);
}
