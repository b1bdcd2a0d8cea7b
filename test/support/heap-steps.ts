/** The allocator step by step, without a program: malloc, mark, start of a sweep generation, sweep. */
import type { Mem } from '../../src/memory/struct.ts';
import { CONFIG, Config } from '../../src/memory/config.ts';
import type { Ref } from '../../src/memory/address.ts';
import { M, mAt, type MRef } from '../../src/machine/m.ts';
import { pAt } from '../../src/machine/p.ts';
import { BIT_MARKED, bitsShift, bitsWord, markShift } from '../../src/heap/bitmap.ts';
import { NUM_SIZE_CLASSES, sizeToClass } from '../../src/heap/size-classes.ts';
import { Span, spanOf, type SpanRef } from '../../src/heap/span.ts';
import type { SpanListRef } from '../../src/heap/span-list.ts';
import { mallocgc } from '../../src/malloc/malloc.ts';
import { mcacheOf } from '../../src/malloc/mcache-record.ts';
import { releaseAll, releaseFreed } from '../../src/malloc/mcache.ts';
import { MCentral, mcentralAt } from '../../src/malloc/mcentral.ts';
import { setUpSweep } from '../../src/runtime/gc.ts';
import { freeBlocks } from './core-machine.ts';

/** Allocates `n` blocks of `size` bytes. */
export function mallocs(m: Mem, mp: MRef, size: number, n: number): Ref[] {
  return Array.from({ length: n }, () => mallocgc(m, mp, size, 0));
}

/** Allocates all blocks of `n` spans of the class of `size` bytes; returns the blocks of each. */
export function fullSpans(m: Mem, mp: MRef, size: number, n: number): Ref[][] {
  return Array.from({ length: n }, () => {
    const first = mallocgc(m, mp, size, 0);
    return [first, ...mallocs(m, mp, size, m[spanOf(m, first) + Span.at.nelems] - 1)];
  });
}

/** Sets the mark of the block at `p`, as a marking M does. */
export function mark(m: Mem, p: Ref): void {
  m[bitsWord(m, p) + 1] |= BIT_MARKED << markShift(bitsShift(m, p));
}

/** Is the block at `p` marked? */
export function isMarked(m: Mem, p: Ref): boolean {
  return (m[bitsWord(m, p) + 1] & (BIT_MARKED << markShift(bitsShift(m, p)))) !== 0;
}

/** Takes back all cached spans, and makes every span in use unswept: the end of a mark, but for the marks. */
export function startGeneration(m: Mem): void {
  for (let i = 0; i < m[CONFIG + Config.at.nprocs]; i++) {
    releaseFreed(m, mAt(m, 0), mcacheOf(pAt(m, i)));
    releaseAll(m, mAt(m, 0), mcacheOf(pAt(m, i)));
  }
  setUpSweep(m);
}

/** Runs `work` as a sweeper does: with m.locks > 0. */
export function locked<Result>(m: Mem, mp: MRef, work: () => Result): Result {
  m[mp + M.at.locks]++;
  const result = work();
  m[mp + M.at.locks]--;
  return result;
}

/** The spans of a list, in its order. */
export function spansOf(m: Mem, list: SpanListRef): SpanRef[] {
  const spans: SpanRef[] = [];
  for (let s = m[list + Span.at.next]; s !== list; s = m[s + Span.at.next]) spans.push(s);
  return spans;
}

/** The lists and the count of the mcentral for `size` bytes. */
export function central(m: Mem, size: number): { nonempty: SpanRef[]; empty: SpanRef[]; nfree: number } {
  const c = mcentralAt(sizeToClass(size));
  return { nonempty: spansOf(m, c + MCentral.at.nonempty), empty: spansOf(m, c + MCentral.at.empty), nfree: m[c + MCentral.at.nfree] };
}

/** What is wrong with the mcentrals and their spans: a sentence for each broken invariant. */
export function brokenInvariants(m: Mem): string[] {
  const broken: string[] = [];
  for (let c = 1; c < NUM_SIZE_CLASSES; c++) {
    const nonempty = spansOf(m, mcentralAt(c) + MCentral.at.nonempty);
    const empty = spansOf(m, mcentralAt(c) + MCentral.at.empty);
    let nfree = 0;
    for (const s of [...nonempty, ...empty]) {
      const free = freeBlocks(m, s).length;
      if (m[s + Span.at.nalloc] + free !== m[s + Span.at.nelems]) broken.push(`class ${c}: nalloc + |freelist| != nelems`);
      if (m[s + Span.at.incache] === 0) nfree += free;
    }
    for (const s of nonempty) if (m[s + Span.at.freelist] === 0 || m[s + Span.at.incache] !== 0) broken.push(`class ${c}: a span on nonempty is used up or cached`);
    for (const s of empty) if (m[s + Span.at.freelist] !== 0 && m[s + Span.at.incache] === 0) broken.push(`class ${c}: an uncached span on empty has a free block`);
    if (nfree !== m[mcentralAt(c) + MCentral.at.nfree]) broken.push(`class ${c}: nfree is ${m[mcentralAt(c) + MCentral.at.nfree]}, and ${nfree} blocks are free`);
  }
  return broken;
}
