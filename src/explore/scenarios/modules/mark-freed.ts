/**
 * Allocation and explicit free of blocks that share one bitmap word.
 *
 * M 0 caches the span and allocates from it. The other Ms free blocks that were there before. If one
 * of them writes the word without the others' changes, a block loses its bits.
 */
import type { Mem } from '../../../memory/struct.ts';
import type { Ref } from '../../../memory/address.ts';
import { fatal } from '../../../base/fatal.ts';
import { mAt, type MRef } from '../../../machine/m.ts';
import { isScan } from '../../../heap/bitmap.ts';
import { free } from '../../../malloc/free.ts';
import { mallocgc } from '../../../malloc/malloc.ts';
import { globalAt } from '../../../runtime/mutator.ts';
import type { ModulePerM } from '../module.ts';

/** Size of a block: eight share a bitmap word. */
const BYTES = 16;
const BUILT = 4;
const MADE = 4;

/** Allocates the first half of a word's blocks, one for each M but M 0. */
function build(m: Mem, m0: MRef): void {
  for (let i = 0; i < BUILT; i++) m[globalAt(m, i)] = mallocgc(m, m0, BYTES, 0);
}

/** M 0 allocates the second half, then checks the bits of each. M i frees block i. */
function run(m: Mem, index: number): void {
  const mp = mAt(m, index);
  if (index !== 0) {
    free(m, mp, m[globalAt(m, index)]);
    return;
  }
  const made: Ref[] = [];
  for (let i = 0; i < MADE; i++) made.push(mallocgc(m, mp, BYTES, 0));
  for (const block of made) if (!isScan(m, block)) fatal('SCAN_BIT_LOST', { block });
}

export const MARK_FREED = {
  name: 'mark-freed',
  summary: 'one M allocates blocks of a bitmap word while the others free blocks of the same word',
  procs: [3, 2],
  build,
  run,
} satisfies ModulePerM;
