/** What the compiler calls for `new`, `make` and raw bytes; none of them is a safe point. */
import type { Mem } from '../memory/struct.ts';
import { ptrWords } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import type { MRef } from '../machine/m.ts';
import { FLAG_NOSCAN, FLAG_NOZERO, mallocgc } from './malloc.ts';

/** Go's _MaxMem: bytes that the heap map of each machine covers, less one. */
const MAX_MEM_64 = 2 ** 37 - 1;
const MAX_MEM_32 = 2 ** 32 - 1;

/** `new(T)`, for a T of `size` bytes; `noscan` if it has no pointers. */
export function newobject(m: Mem, mp: MRef, size: number, noscan: boolean): Ref {
  return mallocgc(m, mp, size, noscan ? FLAG_NOSCAN : 0);
}

/**
 * `make([]T, n)`, for a T of `size` bytes; a slice of nothing is where all 0-byte objects are.
 * @throws RangeError for lengths that no memory has, as Go panics
 */
export function newarray(m: Mem, mp: MRef, size: number, n: number, noscan: boolean): Ref {
  const most = ptrWords(m) === 2 ? MAX_MEM_64 : MAX_MEM_32;
  if (!(n >= 0) || (size > 0 && n > Math.floor(most / size))) throw new RangeError('runtime: allocation size out of range');
  return mallocgc(m, mp, size * n, noscan ? FLAG_NOSCAN : 0);
}

/** `size` bytes without pointers and not zeroed, for who fills them at once. */
export function rawmem(m: Mem, mp: MRef, size: number): Ref {
  return mallocgc(m, mp, size, FLAG_NOSCAN | FLAG_NOZERO);
}
