/**
 * The loop of the churn workload: allocates objects and keeps the newest in a ring. On threads it runs as WebAssembly (compiled.ts).
 */
import type { Mem } from '../memory/struct.ts';
import type { GRef } from '../machine/g.ts';
import type { MRef } from '../machine/m.ts';
import { getSlot, newObject, storeWord } from '../runtime/mutator.ts';

export const OBJECT_BYTES = 32;

/** Slots of a worker: its ring and the newest object. */
export const RING_SLOT = 0;
const FRESH_SLOT = 1;

/**
 * Allocates `n` objects. Each new one replaces the oldest in the ring of `length` objects.
 * @param at position of the oldest
 * @returns position of the oldest afterwards
 */
export function fillRing(m: Mem, mp: MRef, gp: GRef, at: number, length: number, n: number): number {
  const ring = getSlot(m, gp, RING_SLOT);
  let oldest = at;
  for (let i = 0; i < n; i++) {
    storeWord(m, ring, oldest, newObject(m, mp, gp, FRESH_SLOT, OBJECT_BYTES, 0));
    oldest++;
    if (oldest === length) oldest = 0;
  }
  return oldest;
}
