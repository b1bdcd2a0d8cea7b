/**
 * Intended races. A plain access that may run beside another thread's write is spelled with
 * one of these two, next to a comment that argues why any value it may see is right.
 */
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';

export function racyLoad(m: Mem, at: Ref): number {
  return m[at];
}

export function racyStore(m: Mem, at: Ref, value: number): void {
  m[at] = value;
}
