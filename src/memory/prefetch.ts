/** Loading cache lines ahead of their use, as Go's PREFETCH. */
import type { Mem } from './struct.ts';
import type { Ref } from './address.ts';

/**
 * Loads the lines of the words whose refs are at `from`, `from + step` and so on, below `to`. Neither
 * JavaScript nor WebAssembly has an instruction for it, so this does nothing. In its place,
 * src/compiled loads the words and ignores the values: nothing comes between the loads, so all their
 * cache misses overlap.
 */
// @ts-expect-error 6133: m, from and to are not used
export function prefetchAll(m: Mem, from: Ref, to: Ref, step: number): void {
  void step;
}
