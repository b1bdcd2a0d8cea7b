/**
 * Intended races. A plain access that may be concurrent with another thread's write calls one of
 * these functions, next to a comment that argues why every value it may see is right.
 *
 * A racy load may be concurrent with any store. A racy store may be concurrent with racy and
 * atomic accesses only: a plain load that is unaware of it has no such argument.
 */
import type { Mem } from '../memory/struct.ts';
import type { Mem8 } from '../memory/bytes.ts';
import type { Ref } from '../memory/address.ts';

/** Returns the word at `at`. */
export function racyLoad(m: Mem, at: Ref): number {
  return m[at];
}

/** Stores `value` in the word at `at`. */
export function racyStore(m: Mem, at: Ref, value: number): void {
  m[at] = value;
}

/** Returns byte `at`. Every function over the memory takes m first, here without using it. */
// @ts-expect-error 6133: m is not used
export function racyLoadByte(m: Mem, m8: Mem8, at: number): number {
  return m8[at];
}

/** Stores `value` in byte `at`. */
// @ts-expect-error 6133: m is not used
export function racyStoreByte(m: Mem, m8: Mem8, at: number, value: number): void {
  m8[at] = value;
}
