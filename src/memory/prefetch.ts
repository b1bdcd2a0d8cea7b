/**
 * Loading cache lines ahead of their use, as Go's PREFETCH. Neither JavaScript nor WebAssembly has such an
 * instruction, so these functions do nothing. In their place, src/compiled loads the words and ignores
 * the values.
 */
import type { Mem } from './struct.ts';
import type { Ref } from './address.ts';

/** Loads the line of the word at `at`. */
// @ts-expect-error 6133: the parameters are not used
export function prefetch(m: Mem, at: Ref): void {}

/**
 * Loads the lines of the words whose refs are at `from`, `from + step` and so on, below `to`. Nothing
 * comes between the loads, so all their cache misses overlap.
 */
// @ts-expect-error 6133: the parameters are not used
export function prefetchAll(m: Mem, from: Ref, to: Ref, step: number): void {}
