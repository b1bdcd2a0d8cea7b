/** Which words an access touches, and whether two accesses conflict. */
import { ACCESS } from '../../rewrite/sites.ts';
import type { Access } from './trace.ts';

const WRITES: ReadonlySet<number> = new Set([ACCESS.store, ACCESS.atomicStore, ACCESS.rmw, ACCESS.cas, ACCESS.fill, ACCESS.copy, ACCESS.byteStore]);
const RANGES: ReadonlySet<number> = new Set([ACCESS.fill, ACCESS.copy]);
const BYTES: ReadonlySet<number> = new Set([ACCESS.byteLoad, ACCESS.byteStore]);

export function writes({ kind }: Access): boolean {
  return WRITES.has(kind);
}

/** It changed the word, not only might have. */
export function changes(access: Access): boolean {
  return writes(access) && (RANGES.has(access.kind) || access.value !== access.old);
}

/** The first word that it touches. */
export function wordOf({ kind, index }: Access): number {
  return BYTES.has(kind) ? index >> 2 : index;
}

/** How many words it touches, from `wordOf` on; a copy's source is not counted. */
export function wordsOf({ kind, value }: Access): number {
  return RANGES.has(kind) ? value : kind === ACCESS.notify ? 0 : 1;
}

/** By different threads, to the same word, one of them writing. */
export function conflict(one: Access, other: Access): boolean {
  if (one.thread === other.thread || !(writes(one) || writes(other))) return false;
  const [a, b] = [wordOf(one), wordOf(other)];
  return a < b + wordsOf(other) && b < a + wordsOf(one);
}
