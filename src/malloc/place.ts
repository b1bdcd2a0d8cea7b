/**
 * Spans and blocks at given places: how a heap is built again as it lay somewhere else. It is
 * done on M 0 before goroutines run, page by page from the arena's start, in this order:
 *
 *     placeArena, then placeSpan (and placeBlocks) or placeGap for every page, then freeGap of each gap
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

/** Makes `pages` pages one free run at the arena's start; the heap is still empty. */
export function placeArena(m: Mem, mp: MRef, pages: number): void {
  if (pages === 0) return;
  const s = placePages(m, mp, pages, 0);
  mheapFree(m, mp, s, true);
}

/** The next pages, unused. They stay taken until freeGap, so that what follows lies behind them. */
export function placeGap(m: Mem, mp: MRef, pages: number): SpanRef {
  return placePages(m, mp, pages, 0);
}

/** Gives a gap back, when everything is placed. */
export function freeGap(m: Mem, mp: MRef, gap: SpanRef): void {
  mheapFree(m, mp, gap, true);
}

/** The next pages as a span of `sizeclass`, without blocks yet. */
export function placeSpan(m: Mem, mp: MRef, pages: number, sizeclass: number): SpanRef {
  const s = placePages(m, mp, pages, sizeclass);
  const n = m[s + NELEMS];
  const size = m[s + ELEMSIZE];
  m[s + LIMIT] = m[s + START] + n * (size >>> 2);
  markSpan(m, m[s + START], size, n, n * size < pages * PAGE_BYTES);
  return s;
}

/** A large object on the next pages. */
export function placeLarge(m: Mem, mp: MRef, pages: number): SpanRef {
  const s = placePages(m, mp, pages, 0);
  m[s + NALLOC] = 1;
  m[s + LIMIT] = m[s + START] + pages * PAGE_WORDS;
  markSpan(m, m[s + START], pages * PAGE_BYTES, 1, false);
  return s;
}

/**
 * Hands out the blocks of `s` that `taken` has a 1 for; the others are its freelist, and a
 * mcentral gets the span.
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
