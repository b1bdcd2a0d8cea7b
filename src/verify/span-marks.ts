/**
 * What span-based marking leaves behind when a mark ends: no span is queued, and on the pages whose
 * spans are marked as a whole each marked block with pointers has its scan bit. Two groups of 16 heap words
 * share a word of scan bits; those of the second lie 4 bits higher than its marks.
 */
import { CONFIG, Config } from '../memory/config.ts';
import type { Mem } from '../memory/struct.ts';
import { CHECKPOINT } from '../gc/doorbell.ts';
import { POLICY } from '../gc/policy.ts';
import { PageState, QUEUED_MASK, ScanBits, SpanQueue } from '../gc/spans/state.ts';
import { spread } from './bitmap.ts';
import { procs } from './caches.ts';
import { Findings, type Problem } from './problems.ts';
import { readSpans } from './spans.ts';
import { HeapView, nameBlock } from './view.ts';

/** Heap words that share a word of scan bits. */
const HEAP_WORDS = 32;

/** Checks the words of pages, the scan bits and the queues, after a mark. */
export function checkSpanMarks(h: HeapView, out: Findings): void {
  const { m } = h;
  const at = (field: keyof typeof Config.at) => m[CONFIG + Config.at[field]];
  if (at('policy') !== POLICY.spans) return;
  for (let i = 0; i < procs(h); i++) {
    const q = at('spanQueues') + i * SpanQueue.words;
    const left = m[q + SpanQueue.at.tail] - m[q + SpanQueue.at.head];
    if (left !== 0) out.add('SPAN_LEFT', () => `${left} spans are in the queue of M ${i}`);
  }
  for (let page = 0; page < h.pages; page++) {
    const state = m[at('pageStates') + page * PageState.words];
    if ((state & QUEUED_MASK) !== 0) out.add('SPAN_LEFT', () => `page ${page} counts as queued`);
    if (state !== 0) checkPage(h, out, page, at('scanBits') + page * ScanBits.words);
  }
  out.checks += h.pages;
}

/** Returns the problems of span-based marking alone, after a mark. */
export function spanProblems(m: Mem): readonly Problem[] {
  const view = new HeapView(m);
  const out = new Findings();
  view.begin();
  readSpans(view, out);
  out.begin();
  checkSpanMarks(view, out);
  return out.report(CHECKPOINT.marked).problems;
}

function checkPage(h: HeapView, out: Findings, page: number, bits: number): void {
  const { m, arena } = h;
  for (let i = 0; i < ScanBits.words; i++) {
    const group = 2 * (page * ScanBits.words + i);
    const high = arena - 2 * group - 1;
    const marks = m[high] | (m[high - 2] << 4);
    const pointers = spread(m[high - 1] >>> 16) | (spread(m[high - 3] >>> 16) << 4);
    const scans = m[bits + i];
    if ((scans & ~marks) === 0 && (marks & pointers & ~scans) === 0) continue;
    for (let k = 0; k < HEAP_WORDS; k++) explainBit(h, out, 16 * group + k, (marks >>> placeOf(k)) & 1, (pointers >>> placeOf(k)) & 1, (scans >>> placeOf(k)) & 1);
  }
}

/** The place of heap word `k` of 32 in a word of scan bits. */
function placeOf(k: number): number {
  return (k & 3) + 2 * (k & 12) + ((k & 16) >> 2);
}

function explainBit(h: HeapView, out: Findings, heapWord: number, marked: number, hasPointers: number, scanned: number): void {
  if (scanned === 1 && marked === 0) out.add('SCAN_BIT', () => `${nameBlock(h, 2 * heapWord)} has a scan bit and no mark`);
  if (scanned === 0 && marked === 1 && hasPointers === 1) out.add('SCAN_BIT', () => `${nameBlock(h, 2 * heapWord)} is marked, may hold pointers, and has no scan bit`);
}
