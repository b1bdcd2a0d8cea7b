/** Allocation by several Ms at once: small objects, the newest of which each M keeps in a ring, as `churn` does. */
import type { Mem } from '../../memory/struct.ts';
import type { Ref } from '../../memory/address.ts';
import { storePointer } from '../../memory/pointer.ts';
import { ptrWords } from '../../memory/config.ts';
import { nanotime } from '../../base/clock.ts';
import { mAt, type MRef } from '../../machine/m.ts';
import { mallocgc } from '../../malloc/malloc.ts';
import { helperDone } from '../../gc/helper.ts';
import { awaitCall, awaitHelpers, callHelpers } from './together.ts';

/** Bytes of an object. */
export const ALLOC_BYTES = 32;
/** Objects of a ring. */
export const RING = 10_000;

/** M 0 and the others, `nproc` in all, allocate `objects` each. @returns ns until the last M is done */
export function allocAsCaller(m: Mem, nproc: number, objects: number): number {
  const started = nanotime();
  callHelpers(m, nproc);
  allocate(m, mAt(m, 0), objects);
  awaitHelpers(m, nproc);
  return nanotime() - started;
}

/** M `i` sleeps until it is called, and allocates `objects`. */
export function allocAsHelper(m: Mem, i: number, objects: number): void {
  allocate(m, awaitCall(m, i), objects);
  helperDone(m);
}

function allocate(m: Mem, mp: MRef, objects: number): void {
  const words = ptrWords(m);
  const ring: Ref = mallocgc(m, mp, RING * words * 4, 0);
  let at = 0;
  for (let i = 0; i < objects; i++) {
    storePointer(m, ring + at * words, mallocgc(m, mp, ALLOC_BYTES, 0));
    at++;
    if (at === RING) at = 0;
  }
}
