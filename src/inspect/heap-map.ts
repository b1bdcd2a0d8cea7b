/**
 * Reads the map of the heap of a stopped machine: its spans by address, with the bits of their blocks. The reader terminates
 * on any memory, also on one that a user's steps have damaged: it follows no more links than there are blocks.
 */
import { CONFIG, Config } from '../memory/config.ts';
import { PAGE_WORDS, PAGE_WORD_SHIFT, type Ref } from '../memory/address.ts';
import type { Mem } from '../memory/struct.ts';
import { GROUP_SHIFT, bitsShift, bitsWord, markShift } from '../heap/bitmap.ts';
import { NUM_SIZE_CLASSES, classToBlocks, classToPages, classToSize } from '../heap/size-classes.ts';
import { SPAN_STATE, Span, spanAt, type SpanRef } from '../heap/span.ts';
import { ARENA_USED, SPANALLOC, SWEEPGEN } from '../malloc/mheap-record.ts';
import { FixAlloc } from '../malloc/fixalloc.ts';
import { collectorOf } from '../gc/collector.ts';
import { REF, REF_FLAGS, refwordsOf } from '../gc/collectors/refword/refword.ts';
import { MAP_STATE, bytesOfBlocks, type BlockBits, type SpanColumns } from './heap-map-form.ts';

/** The spans of a heap at one moment. */
export interface HeapMap {
  readonly spans: SpanColumns;
  readonly blocks: BlockBits;
}

const { start: START, npages: NPAGES, state: STATE, sizeclass: SIZECLASS, nalloc: NALLOC, xsweepgen: XSWEEPGEN, freelist: FREELIST } = Span.at;
const ARENA = CONFIG + Config.at.arenaStart;

/** Bytes of the bits of all blocks, above which only those of some spans are read. */
export const MOST_BLOCK_BYTES = 256 << 10;

/** Returns the map of the heap. Precondition: the world is stopped. @param mostBytes the most bytes of each bit set of BlockBits */
export function readHeapMap(m: Mem, mostBytes = MOST_BLOCK_BYTES): HeapMap {
  const rows = rowsOf(m);
  const n = rows.length;
  const spans: SpanColumns = { pages: new Uint32Array(n), state: new Uint8Array(n), sizeclass: new Uint8Array(n), allocated: new Uint16Array(n), marked: new Uint16Array(n) };
  const marksOf = collectorOf(m).marksIn === 'bitmap' ? marksInBitmap : marksInRefwords;
  rows.forEach(({ span, pages }, row) => {
    spans.pages[row] = pages;
    spans.state[row] = span === 0 ? MAP_STATE.gap : stateOf(m, span);
    if (!hasBlocks(spans.state[row])) return;
    spans.sizeclass[row] = sizeclassOf(m, span, pages);
    spans.allocated[row] = m[span + NALLOC];
    spans.marked[row] = marksOf(m, span, pages, blocksOf(spans.sizeclass[row]));
  });
  return { spans, blocks: readBlocks(m, rows, spans, mostBytes) };
}

function hasBlocks(state: number): boolean {
  return state === MAP_STATE.inUse || state === MAP_STATE.unswept;
}

/** The blocks of a span of that class. */
function blocksOf(sizeclass: number): number {
  return sizeclass === 0 ? 1 : classToBlocks[sizeclass];
}

/** Returns the class of a span; 0 if its record holds none that fits on its pages. */
function sizeclassOf(m: Mem, s: SpanRef, pages: number): number {
  const sizeclass = m[s + SIZECLASS];
  return sizeclass > 0 && sizeclass < NUM_SIZE_CLASSES && classToPages[sizeclass] <= pages ? sizeclass : 0;
}

function stateOf(m: Mem, s: SpanRef): number {
  switch (m[s + STATE]) {
    case SPAN_STATE.inUse: return Atomics.load(m, s + XSWEEPGEN) === m[SWEEPGEN] ? MAP_STATE.inUse : MAP_STATE.unswept;
    case SPAN_STATE.free: return MAP_STATE.free;
    case SPAN_STATE.stack: return MAP_STATE.stack;
    case SPAN_STATE.faulted: return MAP_STATE.faulted;
    default: return MAP_STATE.gap;
  }
}

interface Row {
  /** 0 for a gap. */
  readonly span: SpanRef;
  readonly pages: number;
}

/** Returns the spans and gaps by address. Their pages add up to the arena in use. */
function rowsOf(m: Mem): Row[] {
  const arena = m[ARENA];
  const pages = Math.max(0, Math.min(m[ARENA_USED], m[CONFIG + Config.at.arenaEnd]) - arena) >> PAGE_WORD_SHIFT;
  const spans = Math.max(0, Math.min(m[SPANALLOC + FixAlloc.at.carved], m[CONFIG + Config.at.maxSpans]));
  /** By page: the span that begins there. */
  const firsts = new Int32Array(pages);
  for (let i = 0; i < spans; i++) {
    const s = spanAt(m, i);
    const state = m[s + STATE];
    const page = (m[s + START] - arena) / PAGE_WORDS;
    const fits = Number.isInteger(page) && page >= 0 && m[s + NPAGES] >= 1 && page + m[s + NPAGES] <= pages;
    if (state > SPAN_STATE.dead && state <= SPAN_STATE.faulted && fits) firsts[page] = s;
  }
  const rows: Row[] = [];
  for (let page = 0; page < pages; page += rows[rows.length - 1].pages) {
    const span = firsts[page];
    if (span !== 0) {
      rows.push({ span, pages: m[span + NPAGES] });
      continue;
    }
    let end = page + 1;
    while (end < pages && firsts[end] === 0) end++;
    rows.push({ span: 0, pages: end - page });
  }
  return rows;
}

/** Counts the marks in the bitmap: only starts of blocks have one. */
function marksInBitmap(m: Mem, s: SpanRef, pages: number): number {
  const top = bitsWord(m, m[s + START]);
  const groups = (pages * PAGE_WORDS) >> (GROUP_SHIFT + m[CONFIG + Config.at.ptrWords] - 1);
  let marks = 0;
  for (let b = top; b > top - 2 * groups; b -= 2) {
    // A mark is one of the four low bits of a byte.
    for (let bits = m[b + 1]; bits !== 0; bits &= bits - 1) marks++;
  }
  return marks;
}

/** Counts the blocks to which the collector of 2010 has found a reference. */
function marksInRefwords(m: Mem, s: SpanRef, _pages: number, blocks: number): number {
  let marks = 0;
  for (let i = 0; i < blocks; i++) if (isReferenced(m, s, i)) marks++;
  return marks;
}

function isReferenced(m: Mem, s: SpanRef, i: number): boolean {
  return (m[refwordsOf(m, s) + i] & ~REF_FLAGS) === REF.some;
}

/** Returns the bits of the blocks of as many spans as `mostBytes` allow, evenly spread over the arena. */
function readBlocks(m: Mem, rows: readonly Row[], { state, sizeclass }: SpanColumns, mostBytes: number): BlockBits {
  const small = rows.flatMap(({ span }, row) => (hasBlocks(state[row]) && sizeclass[row] > 0 ? [{ span, sizeclass: sizeclass[row] }] : []));
  let every = 1;
  while (bytesOfEvery(small, every) > mostBytes) every *= 2;
  const bytes = bytesOfEvery(small, every);
  const blocks: BlockBits = { every, allocated: new Uint8Array(bytes), marked: new Uint8Array(bytes) };
  let at = 0;
  for (let i = 0; i < small.length; i += every) {
    const { span, sizeclass: c } = small[i];
    readSpan(m, span, c, at, blocks);
    at += bytesOfBlocks(classToBlocks[c]);
  }
  return blocks;
}

function bytesOfEvery(spans: readonly { readonly sizeclass: number }[], every: number): number {
  let bytes = 0;
  for (let i = 0; i < spans.length; i += every) bytes += bytesOfBlocks(classToBlocks[spans[i].sizeclass]);
  return bytes;
}

/** Reads the bits of one span into `into`, from byte `at` on. */
function readSpan(m: Mem, s: SpanRef, sizeclass: number, at: number, { allocated, marked }: BlockBits): void {
  const blocks = classToBlocks[sizeclass];
  const step = classToSize[sizeclass] >> 2;
  const start = m[s + START];
  const isMarked = collectorOf(m).marksIn === 'bitmap' ? (i: number) => hasMark(m, start + i * step) : (i: number) => isReferenced(m, s, i);
  for (let i = 0; i < blocks; i++) {
    allocated[at + (i >> 3)] |= 1 << (i & 7);
    if (isMarked(i)) marked[at + (i >> 3)] |= 1 << (i & 7);
  }
  let left = blocks;
  for (let p = m[s + FREELIST]; p !== 0 && left > 0; p = m[p], left--) {
    const i = (p - start) / step;
    if (!Number.isInteger(i) || i < 0 || i >= blocks) return;
    allocated[at + (i >> 3)] &= ~(1 << (i & 7));
  }
}

function hasMark(m: Mem, p: Ref): boolean {
  return ((m[bitsWord(m, p) + 1] >>> markShift(bitsShift(m, p))) & 1) !== 0;
}
