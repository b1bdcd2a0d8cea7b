/**
 * Bytes and pointers to bytes, for objects of the tiny allocator. The address of a byte is its offset
 * in the memory, as in the low word of a pointer; as a 32-bit integer it may be negative.
 */
import type { Mem } from '../memory/struct.ts';
import { ptrWords } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { writePointer } from '../heap/write-pointer.ts';

/** Stores a pointer to the byte at `address` in word `i` of `obj`. */
export function storeAddress(m: Mem, obj: Ref, i: number, address: number): void {
  writePointer(m, obj + ptrWords(m) * i, address);
}

/** Returns the address in word `i` of `obj`. */
export function loadAddress(m: Mem, obj: Ref, i: number): number {
  return m[obj + ptrWords(m) * i];
}

/**
 * Sets a byte that is 0. Atomic, because other goroutines may write the other bytes of its word at
 * the same time.
 */
export function setFreshByte(m: Mem, address: number, byte: number): void {
  Atomics.or(m, address >>> 2, byte << ((address & 3) << 3));
}

/** Returns the byte at `address`. */
export function getByte(m: Mem, address: number): number {
  return (Atomics.load(m, address >>> 2) >>> ((address & 3) << 3)) & 255;
}
