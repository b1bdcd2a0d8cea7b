/**
 * Intended races. A plain access that may run beside another thread's write is spelled with
 * one of these, next to a comment that argues why any value it may see is right. A racy load
 * may so meet any store; a racy store may meet what is racy or atomic, since a plain load that
 * knows nothing of it has argued nothing.
 */
import type { Mem } from '../memory/struct.ts';
import type { Mem8 } from '../memory/bytes.ts';
import type { Ref } from '../memory/address.ts';

export function racyLoad(m: Mem, at: Ref): number {
  return m[at];
}

export function racyStore(m: Mem, at: Ref, value: number): void {
  m[at] = value;
}

/** Byte `at` of the memory; m comes first, as in everything that touches it. */
// @ts-expect-error 6133: and is not used
export function racyLoadByte(m: Mem, m8: Mem8, at: number): number {
  return m8[at];
}

// @ts-expect-error 6133
export function racyStoreByte(m: Mem, m8: Mem8, at: number, value: number): void {
  m8[at] = value;
}
