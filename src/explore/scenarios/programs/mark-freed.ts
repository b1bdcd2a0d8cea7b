/**
 * Blocks of one bitmap word: M 0, which caches their span, allocates some while the others
 * free those there were before. A bit of the word that one of them loses is another block's.
 */
import type { Mem } from '../../../memory/struct.ts';
import type { Ref } from '../../../memory/address.ts';
import { fatal } from '../../../base/fatal.ts';
import { mAt, type MRef } from '../../../machine/m.ts';
import { isScan } from '../../../heap/bitmap.ts';
import { free } from '../../../malloc/free.ts';
import { mallocgc } from '../../../malloc/malloc.ts';
import { globalAt } from '../../../runtime/mutator.ts';

/** Eight of them share a bitmap word. */
const BYTES = 16;
const BUILT = 4;
const MADE = 4;

/** The first half of a word's blocks; each M but M 0 is given one. */
export function buildMarkFreed(m: Mem, m0: MRef): void {
  for (let i = 0; i < BUILT; i++) m[globalAt(m, i)] = mallocgc(m, m0, BYTES, 0);
}

/** M 0 makes the second half and looks at them once more; M i frees block i. */
export function markFreedBeside(m: Mem, index: number): void {
  const mp = mAt(m, index);
  if (index !== 0) {
    free(m, mp, m[globalAt(m, index)]);
    return;
  }
  const made: Ref[] = [];
  for (let i = 0; i < MADE; i++) made.push(mallocgc(m, mp, BYTES, 0));
  for (const block of made) if (!isScan(m, block)) fatal('SCAN_BIT_LOST', { block });
}
