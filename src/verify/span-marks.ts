/**
 * What span-based marking leaves behind when a mark ends: no span is queued, and on the pages whose
 * spans are marked as a whole each marked block with pointers has its scan bit, four bits above its mark. No
 * other block has one.
 */
import { CONFIG, Config } from '../memory/config.ts';
import type { Mem } from '../memory/struct.ts';
import { CHECKPOINT } from '../gc/doorbell.ts';
import { POLICY } from '../gc/policy.ts';
import { MARKS, PageState, QUEUED_MASK, SCANNED_SHIFT, SpanQueue } from '../gc/spans/state.ts';
import { spread } from './bitmap.ts';
import { procs } from './caches.ts';
import { Findings, type Problem } from './problems.ts';
import { readSpans } from './spans.ts';
import { HeapView, nameBlock } from './view.ts';

/** Groups of 16 heap words on a page. */
const GROUPS = 64;

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
    checkPage(h, out, page, state !== 0);
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

function checkPage(h: HeapView, out: Findings, page: number, isSpan: boolean): void {
  const { m, arena } = h;
  for (let i = 0; i < GROUPS; i++) {
    const group = page * GROUPS + i;
    const high = m[arena - 2 * group - 1];
    const scans = (high >>> SCANNED_SHIFT) & MARKS;
    const wanted = isSpan ? high & spread(m[arena - 2 * group - 2] >>> 16) : 0;
    // A block without pointers may have its scan bit.
    if ((scans & ~high) === 0 && (wanted & ~scans) === 0 && (isSpan || scans === 0)) continue;
    for (let k = 0; k < 16; k++) {
      const at = k + (k & 12);
      const bit = (of: number) => (of >>> at) & 1;
      if (bit(scans) === 1 && bit(high) === 0) out.add('SCAN_BIT', () => `${nameBlock(h, 2 * (16 * group + k))} has a scan bit and no mark`);
      else if (bit(scans) === 1 && !isSpan) out.add('SCAN_BIT', () => `${nameBlock(h, 2 * (16 * group + k))} has a scan bit, but is marked by itself`);
      else if (bit(wanted & ~scans) === 1) out.add('SCAN_BIT', () => `${nameBlock(h, 2 * (16 * group + k))} is marked, may hold pointers, and has no scan bit`);
    }
  }
}
