/** The blocks of the spans in use: where they start, and which of them are free. */
import { SPAN_STATE, Span } from '../heap/span.ts';
import type { Findings } from './problems.ts';
import { blockCount, blockWords } from './spans.ts';
import { KIND, PAGE_WORDS, nameBlock, nameWord, spanPages, spanRef, spanStart, type HeapView } from './view.ts';

const { freelist: FREELIST, nalloc: NALLOC } = Span.at;

/** Length of a freelist that does not end. */
const UNKNOWN = -1;

/**
 * Sets the bits of every block start, and of every block on a freelist. The boundary after
 * the last block of a span counts as a block that is never handed out.
 */
export function readBlocks(h: HeapView, out: Findings): void {
  for (let i = 0; i < h.nspans; i++) {
    if (h.kind[i] !== KIND.small && h.kind[i] !== KIND.large) continue;
    setStarts(h, i);
    if (h.kind[i] === KIND.small) readFreelist(h, out, i);
  }
}

function setStarts(h: HeapView, i: number): void {
  const { starts } = h;
  const step = blockWords(h, i) >> h.shift;
  const n = blockCount(h, i);
  const first = spanStart(h, i) >> h.shift;
  const end = first + n * step;
  for (let bit = first; bit < end; bit += step) starts[bit >> 5] |= 1 << (bit & 31);
  if (h.kind[i] === KIND.small && end < first + ((spanPages(h, i) * PAGE_WORDS) >> h.shift)) {
    starts[end >> 5] |= 1 << (end & 31);
    h.free[end >> 5] |= 1 << (end & 31);
  }
}

/** Is the word at `off` the boundary past the last block of its span? */
export function isBoundary(h: HeapView, off: number): boolean {
  const page = off >> 11;
  return h.pageStep[page] !== 0 && off === h.pageEnd[page];
}

function readFreelist(h: HeapView, out: Findings, i: number): void {
  const { m, arena, free, shift } = h;
  const s = spanRef(h, i);
  const step = blockWords(h, i);
  const start = spanStart(h, i);
  const end = start + blockCount(h, i) * step;
  let length = 0;
  h.nfree[i] = UNKNOWN;
  for (let p = m[s + FREELIST]; p !== 0; p = m[p]) {
    const off = p - arena;
    if (off < start || off >= end || (off - start) % step !== 0) {
      out.add('FREELIST_CORRUPT', () => `the freelist of span ${i} leads to ${nameWord(h, p)}, which is no block of it`);
      return;
    }
    const bit = off >> shift;
    if ((free[bit >> 5] & (1 << (bit & 31))) !== 0) {
      out.add('FREELIST_CYCLE', () => `block ${nameBlock(h, off)} is on its freelist twice`);
      return;
    }
    free[bit >> 5] |= 1 << (bit & 31);
    length++;
  }
  h.nfree[i] = length;
  out.checks += length;
}

/** Law: nalloc + |freelist| == nelems. */
export function checkFreelistCounts(h: HeapView, out: Findings): void {
  for (let i = 0; i < h.nspans; i++) {
    if (h.kind[i] !== KIND.small || h.nfree[i] === UNKNOWN) continue;
    const nalloc = h.m[spanRef(h, i) + NALLOC];
    if (nalloc + h.nfree[i] === blockCount(h, i)) continue;
    out.add('FREELIST_COUNT', () => `span ${i} has ${blockCount(h, i)} blocks, but counts ${nalloc} handed out and ${h.nfree[i]} on its freelist`);
  }
}

/**
 * malloc clears a free block if its second word is not zero, and a block of two words not at
 * all past the first: so what it will not clear must be zero.
 */
export function checkFreeBlocksClear(h: HeapView, out: Findings): void {
  const { m, ptrWords } = h;
  for (let i = 0; i < h.nspans; i++) {
    if (h.kind[i] !== KIND.small || m[spanRef(h, i) + Span.at.state] !== SPAN_STATE.inUse) continue;
    const step = blockWords(h, i);
    if (step === ptrWords) continue;
    let left = h.nfree[i];
    for (let p = m[spanRef(h, i) + FREELIST]; left > 0; p = m[p], left--) {
      if (step > 2 * ptrWords && m[p + ptrWords] !== 0) continue;
      for (let j = p + ptrWords; j < p + step; j++) {
        if (m[j] === 0) continue;
        out.add('FREE_BLOCK_DIRTY', () => `free block ${nameBlock(h, p - h.arena)} would be handed out with ${m[j]} at ${nameWord(h, j)}`);
        break;
      }
      out.checks += step;
    }
  }
}
