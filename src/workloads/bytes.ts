/**
 * Bytes and pointers to bytes, for objects of the tiny allocator. The address of a byte is its offset
 * in the memory. Below 4 GB it is a 32-bit integer and may be negative.
 */
import type { Mem } from '../memory/struct.ts';
import { ptrWords } from '../memory/config.ts';
import { wordAt, type Ref } from '../memory/address.ts';
import { addressAt } from '../memory/pointer.ts';
import { writeAddress } from '../heap/write-pointer.ts';

/** Stores a pointer to the byte at `address` in word `i` of `obj`. */
export function storeAddress(m: Mem, obj: Ref, i: number, address: number): void {
  writeAddress(m, obj + ptrWords(m) * i, address);
}

/** Returns the address in word `i` of `obj`. */
export function loadAddress(m: Mem, obj: Ref, i: number): number {
  return addressAt(m, obj + ptrWords(m) * i);
}

/**
 * Sets a byte that is 0. Atomic, because other goroutines may write the other bytes of its word at
 * the same time.
 */
export function setFreshByte(m: Mem, address: number, byte: number): void {
  Atomics.or(m, wordAt(address), byte << ((address & 3) << 3));
}

/** Returns the byte at `address`. */
export function getByte(m: Mem, address: number): number {
  return (Atomics.load(m, wordAt(address)) >>> ((address & 3) << 3)) & 255;
}
