/** The blocks of the spans in use: their starts, and the free ones. */
import { SPAN_STATE, Span } from '../heap/span.ts';
import { firstNonZero } from './first-non-zero.ts';
import { KnownBlocks } from './known-blocks.ts';
import type { Findings } from './problems.ts';
import { blockCount, blockWords } from './spans.ts';
import { SPAN_KIND, PAGE_WORDS, hasBit, nameBlock, nameWord, spanPages, spanRef, spanStart, type HeapView } from './view.ts';

const { freelist: FREELIST, nalloc: NALLOC, freebuf: FREEBUF, incache: INCACHE } = Span.at;

/** Length of a corrupt freelist. */
const UNKNOWN = -1;

/**
 * Sets the bits of all block starts and of all blocks on freelists, unless they are known. The boundary after the
 * last block of a span counts as a block that is always free.
 */
export function readBlocks(h: HeapView, out: Findings, known = new KnownBlocks()): void {
  if (!h.keeps) known.forget(h);
  known.forgetChanged(h);
  for (let i = 0; i < h.nspans; i++) {
    if (known.has(i) || (h.kind[i] !== SPAN_KIND.small && h.kind[i] !== SPAN_KIND.large)) continue;
    setStarts(h, i);
    h.nfreed[i] = 0;
    if (h.kind[i] === SPAN_KIND.small) {
      readFreelist(h, out, i);
      readFreebuf(h, out, i);
    }
    known.remember(h, i);
  }
}

function setStarts(h: HeapView, i: number): void {
  const { starts } = h;
  const step = blockWords(h, i) >> h.shift;
  const n = blockCount(h, i);
  const first = spanStart(h, i) >> h.shift;
  const end = first + n * step;
  for (let bit = first; bit < end; bit += step) starts[bit >> 5] |= 1 << (bit & 31);
  if (h.kind[i] === SPAN_KIND.small && end < first + ((spanPages(h, i) * PAGE_WORDS) >> h.shift)) {
    starts[end >> 5] |= 1 << (end & 31);
    h.free[end >> 5] |= 1 << (end & 31);
  }
}

/** Reports whether the word at `off` is the boundary past the last block of its span. */
export function isBoundary(h: HeapView, off: number): boolean {
  const page = off >> 11;
  return h.pageStep[page] !== 0 && off === h.pageEnd[page];
}

function readFreelist(h: HeapView, out: Findings, i: number): void {
  const { m, arena, starts, free, shift } = h;
  const start = spanStart(h, i);
  const end = start + blockCount(h, i) * blockWords(h, i);
  h.nfree[i] = UNKNOWN;
  let length = 0;
  for (let p = m[spanRef(h, i) + FREELIST]; p !== 0; p = m[p]) {
    const off = p - arena;
    const bit = off >> shift;
    const mask = 1 << (bit & 31);
    if (off < start || off >= end || bit << shift !== off || (starts[bit >> 5] & mask) === 0) return explainNoBlock(h, out, i, off);
    if ((free[bit >> 5] & mask) !== 0) return explainCycle(h, out, off);
    free[bit >> 5] |= mask;
    length++;
  }
  h.nfree[i] = length;
  out.checks += length;
}

function explainCycle(h: HeapView, out: Findings, off: number): void {
  out.add('FREELIST_CYCLE', () => `block ${nameBlock(h, off)} is on its freelist twice`);
}

/** Reads a freebuf. Its blocks count as allocated and keep their scan bit until the P that caches the span frees them. */
function readFreebuf(h: HeapView, out: Findings, i: number): void {
  const s = spanRef(h, i);
  if (h.m[s + FREEBUF] === 0) return;
  if (h.m[s + INCACHE] === 0) out.add('FREEBUF', () => `no P caches span ${i}, but freed blocks of it are set aside`);
  const start = spanStart(h, i);
  const step = blockWords(h, i);
  const end = start + blockCount(h, i) * step;
  let length = 0;
  for (let p = h.m[s + FREEBUF]; p !== 0; p = h.m[p]) {
    const off = p - h.arena;
    if (off < start || off >= end || (off - start) % step !== 0) return explainNoBlock(h, out, i, off);
    if (hasBit(h, h.free, off) || ++length > h.m[s + NALLOC]) {
      out.add('FREEBUF', () => `block ${nameBlock(h, off)} is set aside, and ${hasBit(h, h.free, off) ? 'on the freelist' : 'there are more than were allocated'}`);
      return;
    }
  }
  h.nfreed[i] = length;
  out.checks += length;
}

function explainNoBlock(h: HeapView, out: Findings, i: number, off: number): void {
  out.add('FREELIST_CORRUPT', () => `the freelist of span ${i} points to ${nameWord(h, h.arena + off)}, which is no block of it`);
}

/** Checks that nalloc + |freelist| == nelems. */
export function checkFreelistCounts(h: HeapView, out: Findings): void {
  for (let i = 0; i < h.nspans; i++) {
    if (h.kind[i] !== SPAN_KIND.small || h.nfree[i] === UNKNOWN) continue;
    const nalloc = h.m[spanRef(h, i) + NALLOC];
    if (nalloc + h.nfree[i] === blockCount(h, i)) continue;
    out.add('FREELIST_COUNT', () => `span ${i} has ${blockCount(h, i)} blocks, but counts ${nalloc} allocated and ${h.nfree[i]} on its freelist`);
  }
}

/**
 * Checks that free blocks are zero where malloc won't clear them. malloc clears a free block only if
 * its second word is not zero, and of a block of two words only the first.
 */
export function checkFreeBlocksClear(h: HeapView, out: Findings, known: KnownBlocks): void {
  const { m, ptrWords } = h;
  for (let i = 0; i < h.nspans; i++) {
    if (h.kind[i] !== SPAN_KIND.small || m[spanRef(h, i) + Span.at.state] !== SPAN_STATE.inUse) continue;
    const step = blockWords(h, i);
    if (step === ptrWords || known.areClear(i)) continue;
    let left = h.nfree[i];
    for (let p = m[spanRef(h, i) + FREELIST]; left > 0; p = m[p], left--) {
      if ((step > 2 * ptrWords && m[p + ptrWords] !== 0) || known.isClear(h, i, p - h.arena, step)) continue;
      const dirty = firstNonZero(m, p + ptrWords, p + step);
      if (dirty >= 0) explainDirty(h, out, p, dirty);
      out.checks += step;
    }
    known.rememberClear(h, i);
  }
}

function explainDirty(h: HeapView, out: Findings, p: number, dirty: number): void {
  out.add('FREE_BLOCK_DIRTY', () => `free block ${nameBlock(h, p - h.arena)} would be allocated with ${h.m[dirty]} at ${nameWord(h, dirty)}`);
}
