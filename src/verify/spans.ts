/** The span records: the fields of each are consistent, and together they cover the arena. */
import { CONFIG, Config } from '../memory/config.ts';
import { SPAN_STATE, Span } from '../heap/span.ts';
import { FixAlloc } from '../malloc/fixalloc.ts';
import { MHEAP, MHeap } from '../malloc/mheap.ts';
import { CLASSES, CLASS_BLOCKS, CLASS_BYTES, CLASS_PAGES } from './classes.ts';
import type { Findings } from './problems.ts';
import { SPAN_KIND, PAGE_WORDS, nameWord, spanIndex, spanPages, spanRef, spanStart, type HeapView } from './view.ts';

const { state: STATE, sizeclass: SIZECLASS, elemsize: ELEMSIZE, npages: NPAGES, nelems: NELEMS } = Span.at;
const { nalloc: NALLOC, limit: LIMIT, xsweepgen: XSWEEPGEN, freelist: FREELIST, needzero: NEEDZERO, incache: INCACHE } = Span.at;
const UNUSED = MHEAP + MHeap.at.spanalloc + FixAlloc.at.list;

/** Decodes every span record into the view: its kind, and the table of pages. */
export function readSpans(h: HeapView, out: Findings): void {
  readUnused(h, out);
  for (let i = 0; i < h.nspans; i++) {
    h.kind[i] = kindOf(h, out, i);
    if (h.kind[i] !== SPAN_KIND.none) claimPages(h, out, i);
  }
  out.checks += h.nspans;
}

/** Reads the list of unused records, which their first words link. */
function readUnused(h: HeapView, out: Findings): void {
  for (let s = h.m[UNUSED]; s !== 0; s = h.m[s]) {
    const i = spanIndex(h, s);
    if (i < 0 || h.unused[i] !== 0) {
      out.add('SPAN_RECORD', () => `the list of unused span records ${i < 0 ? `points to word ${s}, which is none` : `holds span ${i} twice`}`);
      return;
    }
    h.unused[i] = 1;
  }
}

function kindOf(h: HeapView, out: Findings, i: number): number {
  const m = h.m;
  const s = spanRef(h, i);
  const state = m[s + STATE];
  const isUnused = h.unused[i] !== 0;
  const isDead = state === SPAN_STATE.dead;
  const isPlaced = state > SPAN_STATE.dead && state <= SPAN_STATE.faulted;
  if (isDead !== isUnused || (!isDead && !isPlaced)) {
    out.add('SPAN_RECORD', () => `span ${i} has state ${state} and is ${isUnused ? '' : 'not '}on the list of unused records`);
  }
  if (isUnused || !isPlaced) return SPAN_KIND.none;
  const start = spanStart(h, i);
  const pages = m[s + NPAGES];
  if (start < 0 || start % PAGE_WORDS !== 0 || pages < 1 || start / PAGE_WORDS + pages > h.pages) {
    out.add('SPAN_TILING', () => `span ${i} at ${nameWord(h, h.arena + start)} of ${pages} pages does not lie on pages of the used arena`);
    return SPAN_KIND.none;
  }
  if (state === SPAN_STATE.free) return SPAN_KIND.free;
  if (state === SPAN_STATE.faulted) return SPAN_KIND.faulted;
  if (state === SPAN_STATE.stack) return SPAN_KIND.stack;
  const sizeclass = m[s + SIZECLASS];
  if (sizeclass < 0 || sizeclass >= CLASSES) {
    out.add('SPAN_FIELDS', () => `span ${i} is of class ${sizeclass}`);
    return SPAN_KIND.none;
  }
  return sizeclass === 0 ? SPAN_KIND.large : SPAN_KIND.small;
}

function claimPages(h: HeapView, out: Findings, i: number): void {
  const first = spanStart(h, i) / PAGE_WORDS;
  const end = first + spanPages(h, i);
  const inUse = h.kind[i] === SPAN_KIND.small || h.kind[i] === SPAN_KIND.large;
  const step = inUse ? blockWords(h, i) : 0;
  const usable = inUse ? usableEnd(h, i) : 0;
  for (let page = first; page < end; page++) {
    if (h.owner[page] !== 0) {
      explainOverlap(h, out, page, i);
      continue;
    }
    h.owner[page] = i + 1;
    h.pageStart[page] = first * PAGE_WORDS;
    h.pageStep[page] = step;
    h.pageEnd[page] = usable;
  }
}

function explainOverlap(h: HeapView, out: Findings, page: number, i: number): void {
  out.add('SPAN_TILING', () => `spans ${h.owner[page] - 1} and ${i} both cover page ${page}`);
}

/** Returns the words of a block of span `i`, by its class. */
export function blockWords(h: HeapView, i: number): number {
  const sizeclass = h.m[spanRef(h, i) + SIZECLASS];
  return sizeclass === 0 ? spanPages(h, i) * PAGE_WORDS : CLASS_BYTES[sizeclass] >> 2;
}

/** Returns the number of blocks of span `i` that fit on its pages. */
export function blockCount(h: HeapView, i: number): number {
  const sizeclass = h.m[spanRef(h, i) + SIZECLASS];
  if (sizeclass === 0) return 1;
  return Math.min(CLASS_BLOCKS[sizeclass], Math.floor((spanPages(h, i) * PAGE_WORDS) / blockWords(h, i)));
}

/** Returns the offset past the last word of span `i` that a pointer may point to. */
function usableEnd(h: HeapView, i: number): number {
  const start = spanStart(h, i);
  const pagesEnd = start + spanPages(h, i) * PAGE_WORDS;
  if (h.kind[i] === SPAN_KIND.small) return start + blockCount(h, i) * blockWords(h, i);
  const limit = h.m[spanRef(h, i) + LIMIT] - h.arena;
  return limit > start && limit <= pagesEnd ? limit : pagesEnd;
}

export function checkSpans(h: HeapView, out: Findings): void {
  checkTiling(h, out);
  checkSpanMap(h, out);
  const swept = h.m[MHEAP + MHeap.at.sweepgen];
  for (let i = 0; i < h.nspans; i++) {
    if (h.kind[i] === SPAN_KIND.small) checkSmallFields(h, out, i);
    else if (h.kind[i] === SPAN_KIND.large) checkLargeFields(h, out, i);
    if (h.kind[i] !== SPAN_KIND.small && h.kind[i] !== SPAN_KIND.large) continue;
    const s = spanRef(h, i);
    const sweepgen = Atomics.load(h.m, s + XSWEEPGEN);
    if (sweepgen !== swept) out.add('SPAN_UNSWEPT', () => `span ${i} is of sweep generation ${sweepgen}, the heap of ${swept}`);
    if (h.m[s + NALLOC] === 0 && h.m[s + INCACHE] === 0) out.add('EMPTY_SPAN_KEPT', () => `span ${i} of class ${h.m[s + SIZECLASS]} is in use, but no block of it is`);
  }
}

function checkTiling(h: HeapView, out: Findings): void {
  for (let page = 0; page < h.pages; page++) {
    const owner = h.owner[page];
    if (owner === 0) continue;
    const after = page + 1 < h.pages ? h.owner[page + 1] : 0;
    if (after !== 0 && after !== owner && h.kind[owner - 1] === SPAN_KIND.free && h.kind[after - 1] === SPAN_KIND.free) explainAdjacent(h, out, page);
  }
  out.checks += h.pages;
}

function explainAdjacent(h: HeapView, out: Findings, page: number): void {
  out.add('FREE_SPANS_ADJACENT', () => `free spans ${h.owner[page] - 1} and ${h.owner[page + 1] - 1} meet at page ${page + 1}`);
}

function checkSpanMap(h: HeapView, out: Findings): void {
  const map = h.m[CONFIG + Config.at.spanMap];
  for (let page = 0; page < h.pages; page++) {
    const i = h.owner[page] - 1;
    if (i < 0) {
      if (h.m[map + page] !== 0) explainMap(h, out, page, 'no span');
      continue;
    }
    const isInside = page > 0 && page + 1 < h.pages && h.owner[page - 1] === i + 1 && h.owner[page + 1] === i + 1;
    // The map keeps stale entries inside free spans.
    if (h.kind[i] === SPAN_KIND.free && isInside) continue;
    if (h.m[map + page] !== spanRef(h, i)) explainMap(h, out, page, `span ${i}`);
  }
  out.checks += h.pages;
}

function explainMap(h: HeapView, out: Findings, page: number, owner: string): void {
  const entry = h.m[h.m[CONFIG + Config.at.spanMap] + page];
  out.add('SPAN_MAP', () => `page ${page} is of ${owner}, but the span map names ${nameSpan(h, entry)}`);
}

function nameSpan(h: HeapView, s: number): string {
  const i = spanIndex(h, s);
  return s === 0 ? 'none' : i < 0 ? `word ${s}, which is no span` : `span ${i}`;
}

function checkSmallFields(h: HeapView, out: Findings, i: number): void {
  const m = h.m;
  const s = spanRef(h, i);
  const c = m[s + SIZECLASS];
  expectField(h, out, i, 'elemsize', ELEMSIZE, CLASS_BYTES[c]);
  expectField(h, out, i, 'npages', NPAGES, CLASS_PAGES[c]);
  expectField(h, out, i, 'nelems', NELEMS, CLASS_BLOCKS[c]);
  expectField(h, out, i, 'limit', LIMIT, m[s + Span.at.start] + CLASS_BLOCKS[c] * (CLASS_BYTES[c] >> 2));
}

function checkLargeFields(h: HeapView, out: Findings, i: number): void {
  const m = h.m;
  const s = spanRef(h, i);
  const bytes = m[s + NPAGES] * PAGE_WORDS * 4;
  expectField(h, out, i, 'elemsize', ELEMSIZE, bytes | 0);
  expectField(h, out, i, 'nelems', NELEMS, 1);
  expectField(h, out, i, 'nalloc', NALLOC, 1);
  expectField(h, out, i, 'freelist', FREELIST, 0);
  expectField(h, out, i, 'incache', INCACHE, 0);
  const words = m[s + LIMIT] - m[s + Span.at.start];
  // A large object takes as few pages as it fits on.
  if (words <= (m[s + NPAGES] - 1) * PAGE_WORDS || words > m[s + NPAGES] * PAGE_WORDS) {
    out.add('SPAN_FIELDS', () => `span ${i} is a large object of ${m[s + NPAGES]} pages, but its limit is ${words * 4} bytes after its start`);
  }
}

function expectField(h: HeapView, out: Findings, i: number, name: string, field: number, expected: number): void {
  if (h.m[spanRef(h, i) + field] !== expected) explainField(h, out, i, name, field, expected);
}

function explainField(h: HeapView, out: Findings, i: number, name: string, field: number, expected: number): void {
  const m = h.m;
  const s = spanRef(h, i);
  out.add('SPAN_FIELDS', () => `span ${i} of class ${m[s + SIZECLASS]} has ${name} ${m[s + field]}, not ${expected}`);
}

/** Checks that free spans have no specials, are not cached, and are zero unless needzero is set. */
export function checkFreeSpans(h: HeapView, out: Findings): void {
  for (let i = 0; i < h.nspans; i++) {
    if (h.kind[i] !== SPAN_KIND.free) continue;
    const s = spanRef(h, i);
    if (h.m[s + Span.at.specials] !== 0) out.add('SPECIAL_ON_FREE_BLOCK', () => `free span ${i} has specials`);
    if (h.m[s + INCACHE] !== 0) out.add('SPAN_INCACHE', () => `free span ${i} counts as cached`);
    if (h.m[s + NEEDZERO] !== 0) continue;
    const start = h.m[s + Span.at.start];
    const words = h.m[s + NPAGES] * PAGE_WORDS;
    const dirty = h.writes.firstNonZero(h.m, start, start + words);
    if (dirty >= 0) out.add('FREE_SPAN_DIRTY', () => `free span ${i} needs no zeroing, but ${nameWord(h, dirty)} holds ${h.m[dirty]}`);
    out.checks += words;
  }
}
