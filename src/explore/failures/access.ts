/** The words that an access touches, and conflicts between accesses. */
import { ACCESS } from '../../rewrite/sites.ts';
import type { Access } from './trace.ts';

const WRITES: ReadonlySet<number> = new Set([ACCESS.store, ACCESS.atomicStore, ACCESS.rmw, ACCESS.cas, ACCESS.fill, ACCESS.copy, ACCESS.byteStore]);
const RANGES: ReadonlySet<number> = new Set([ACCESS.fill, ACCESS.copy]);
const BYTES: ReadonlySet<number> = new Set([ACCESS.byteLoad, ACCESS.byteStore]);

export function writes({ kind }: Access): boolean {
  return WRITES.has(kind);
}

/** Reports whether the access changed the word, rather than only may have changed it. */
export function changes(access: Access): boolean {
  return writes(access) && (RANGES.has(access.kind) || access.value !== access.old);
}

/** Returns the first word that the access touches. */
export function wordOf({ kind, index }: Access): number {
  return BYTES.has(kind) ? index >> 2 : index;
}

/** Returns the number of words that the access touches, from `wordOf` on; the source of a copy is not counted. */
export function wordsOf({ kind, value }: Access): number {
  return RANGES.has(kind) ? value : kind === ACCESS.notify ? 0 : 1;
}

/** Reports whether two accesses conflict: different threads, a common word, and at least one of them writes. */
export function conflict(one: Access, other: Access): boolean {
  if (one.thread === other.thread || !(writes(one) || writes(other))) return false;
  const [a, b] = [wordOf(one), wordOf(other)];
  return a < b + wordsOf(other) && b < a + wordsOf(one);
}
