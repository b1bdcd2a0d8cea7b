/**
 * Placing spans and blocks at given addresses, to rebuild a heap from an image. Runs on M 0
 * before any goroutine, from the arena's start upwards:
 *
 *   1. placeArena makes all pages one free run.
 *   2. placeSpan and placeBlocks, placeLarge or placeGap take the next pages, in address order.
 *   3. freeGap frees each gap.
 */
import type { Mem } from '../memory/struct.ts';
import { PAGE_BYTES, PAGE_WORDS, QUAD_SHIFT } from '../memory/address.ts';
import { fatal, outOfMemory } from '../base/fatal.ts';
import { lock, unlock } from '../sync/lock.ts';
import { M, type MRef } from '../machine/m.ts';
import { markSpan } from '../heap/bitmap.ts';
import { Span, type SpanRef } from '../heap/span.ts';
import { spanListInsert } from '../heap/span-list.ts';
import { MCache } from './mcache-record.ts';
import { MCentral, mcentralAt } from './mcentral.ts';
import { mheapAlloc, mheapFree } from './mheap.ts';

const { start: START, npages: NPAGES, freelist: FREELIST, sizeclass: SIZECLASS, elemsize: ELEMSIZE } = Span.at;
const { nalloc: NALLOC, nelems: NELEMS, limit: LIMIT } = Span.at;
const { nonempty: NONEMPTY, empty: EMPTY, nfree: NFREE } = MCentral.at;

/** Makes `pages` pages one free run at the arena's start. Precondition: the heap is empty. */
export function placeArena(m: Mem, mp: MRef, pages: number): void {
  if (pages === 0) return;
  const s = placePages(m, mp, pages, 0);
  mheapFree(m, mp, s, true);
}

/** Takes the next `pages` pages as a gap. They stay taken until freeGap, so that later spans lie behind them. */
export function placeGap(m: Mem, mp: MRef, pages: number): SpanRef {
  return placePages(m, mp, pages, 0);
}

/** Frees a gap, after everything is placed. */
export function freeGap(m: Mem, mp: MRef, gap: SpanRef): void {
  mheapFree(m, mp, gap, true);
}

/** Takes the next `pages` pages as a span of `sizeclass`; placeBlocks fills it. */
export function placeSpan(m: Mem, mp: MRef, pages: number, sizeclass: number): SpanRef {
  const s = placePages(m, mp, pages, sizeclass);
  const n = m[s + NELEMS];
  const size = m[s + ELEMSIZE];
  m[s + LIMIT] = m[s + START] + n * (size >>> 2);
  markSpan(m, m[s + START], size, n, n * size < pages * PAGE_BYTES);
  return s;
}

/** Takes the next `pages` pages as one large object. */
export function placeLarge(m: Mem, mp: MRef, pages: number): SpanRef {
  const s = placePages(m, mp, pages, 0);
  m[s + NALLOC] = 1;
  m[s + LIMIT] = m[s + START] + pages * PAGE_WORDS;
  markSpan(m, m[s + START], pages * PAGE_BYTES, 1, false);
  return s;
}

/**
 * Allocates the blocks of `s` whose entry in `taken` is 1, links the others as its freelist,
 * and gives the span to its mcentral.
 */
export function placeBlocks(m: Mem, mp: MRef, s: SpanRef, taken: Uint8Array): void {
  const words = m[s + ELEMSIZE] >>> 2;
  let link = s + FREELIST;
  let nalloc = 0;
  for (let i = 0; i < m[s + NELEMS]; i++) {
    const block = m[s + START] + i * words;
    if (taken[i] === 1) {
      nalloc++;
      continue;
    }
    m[link] = block;
    link = block;
  }
  m[link] = 0;
  m[s + NALLOC] = nalloc;
  m[m[mp + M.at.mcache] + MCache.at.localCacheallocQ] += nalloc * (m[s + ELEMSIZE] >>> QUAD_SHIFT);
  const c = mcentralAt(m[s + SIZECLASS]);
  const free = m[s + NELEMS] - nalloc;
  lock(m, mp, c);
  m[c + NFREE] += free;
  spanListInsert(m, free > 0 ? c + NONEMPTY : c + EMPTY, s);
  unlock(m, mp, c);
}

function placePages(m: Mem, mp: MRef, pages: number, sizeclass: number): SpanRef {
  const s = mheapAlloc(m, mp, pages, sizeclass, false);
  if (s === 0) outOfMemory('arena', { size: pages * PAGE_BYTES });
  if (m[s + NPAGES] !== pages) fatal('PLACED_SPAN_OF_OTHER_SIZE', { span: s, npages: m[s + NPAGES], pages });
  return s;
}
