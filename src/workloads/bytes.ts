/**
 * Bytes and pointers to them, for what the tiny allocator hands out: a byte's address is its
 * offset in the memory, as the low word of a pointer holds it, and may look negative.
 */
import type { Mem } from '../memory/struct.ts';
import { ptrWords } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { writePointer } from '../heap/write-pointer.ts';

/** Stores a pointer to the byte at `address` in word `i` of `obj`. */
export function storeAddress(m: Mem, obj: Ref, i: number, address: number): void {
  writePointer(m, obj + ptrWords(m) * i, address);
}

/** The address that word `i` of `obj` holds. */
export function loadAddress(m: Mem, obj: Ref, i: number): number {
  return m[obj + ptrWords(m) * i];
}

/**
 * Sets a byte that is still 0. Atomic, because the other bytes of its word may belong to
 * others, who write them at the same time.
 */
export function setFreshByte(m: Mem, address: number, byte: number): void {
  Atomics.or(m, address >>> 2, byte << ((address & 3) << 3));
}

export function getByte(m: Mem, address: number): number {
  return (Atomics.load(m, address >>> 2) >>> ((address & 3) << 3)) & 255;
}
