/** runtime/debug.FreeOSMemory. */
import type { Mem } from '../memory/struct.ts';
import type { MRef } from '../machine/m.ts';
import { scavenge } from '../malloc/scavenge.ts';
import { FORCE, gcStart } from './gc.ts';

/** Collects, sweeps, and gives back to the system what memory it can; a safe point. Returns the bytes. */
export function freeOSMemory(m: Mem, mp: MRef): number {
  gcStart(m, mp, FORCE.andSweep);
  return scavenge(m, mp, Infinity, 0);
}
