/**
 * Wide counters: two words, low and high, read as one number up to 2^53. They are never
 * atomic: each has a single writer, or a lock.
 */
import type { Mem } from './struct.ts';
import type { Ref } from './address.ts';

const TWO_32 = 0x1_0000_0000;

/** Returns the counter at `at`. */
export function loadWide(m: Mem, at: Ref): number {
  return (m[at] >>> 0) + m[at + 1] * TWO_32;
}

/** Stores `value` in the counter at `at`. */
export function storeWide(m: Mem, at: Ref, value: number): void {
  m[at + 1] = Math.floor(value / TWO_32);
  m[at] = value >>> 0;
}

/** Adds `n`, which may be negative, to the counter at `at`. */
export function addWide(m: Mem, at: Ref, n: number): void {
  storeWide(m, at, loadWide(m, at) + n);
}
