/** Counters of the heap against a recount of the spans. */
import { Span } from '../heap/span.ts';
import { MCache } from '../malloc/mcache-record.ts';
import { MCentral } from '../malloc/mcentral.ts';
import { MHEAP, MHeap } from '../malloc/mheap.ts';
import { MSTATS, MStats } from '../malloc/mstats.ts';
import { cacheOf, procs } from './caches.ts';
import { CLASSES } from './classes.ts';
import { MCENTRALS } from './lists.ts';
import type { Findings } from './problems.ts';
import { blockCount, blockWords } from './spans.ts';
import { SPAN_KIND, PAGE_WORDS, spanPages, spanRef, wide, type HeapView } from './view.ts';

const PAGE = PAGE_WORDS * 4;
const at = MStats.at;
/** Counts that are never negative: the heap's, which are wide, and an MCache's. */
const COUNTS = (['tinyallocs', 'nlargefree', 'largefree', 'nlookup'] as const).map((field) => ({ name: field, at: MSTATS + at[field] }));
const LOCAL_COUNTS = (['localTinyallocs', 'localNlookup', 'localNlargefree', 'tinysize'] as const).map((field) => ({ name: field, at: MCache.at[field] }));

export function checkCounters(h: HeapView, out: Findings): void {
  checkHeapBytes(h, out);
  checkHeapAlloc(h, out);
  checkCentrals(h, out);
  checkNotNegative(h, out);
}

/** Checks that heapIdle + heapInuse + slop == heapSys. The slop is memory that fills no whole page. */
function checkHeapBytes(h: HeapView, out: Findings): void {
  let inuse = 0;
  let idle = 0;
  let released = 0;
  for (let i = 0; i < h.nspans; i++) {
    if (h.kind[i] === SPAN_KIND.none) continue;
    if (h.kind[i] !== SPAN_KIND.free) inuse += spanPages(h, i);
    else {
      idle += spanPages(h, i);
      released += h.m[spanRef(h, i) + Span.at.npreleased];
    }
  }
  expectBytes(h, out, 'heapSys', at.heapSys, (inuse + idle) * PAGE + h.m[MHEAP + MHeap.at.slopWords] * 4);
  expectBytes(h, out, 'heapInuse', at.heapInuse, inuse * PAGE);
  expectBytes(h, out, 'heapIdle', at.heapIdle, idle * PAGE);
  expectBytes(h, out, 'heapReleased', at.heapReleased, released * PAGE);
}

function expectBytes(h: HeapView, out: Findings, name: string, field: number, expected: number): void {
  const value = wide(h.m, MSTATS + field);
  if (value !== expected) out.add('HEAP_BYTES', () => `${name} is ${value}, but the spans make ${expected}`);
}

/** Returns the allocated quads by the counts of the spans. */
function countAllocQuads(h: HeapView): number {
  let quads = 0;
  for (let i = 0; i < h.nspans; i++) {
    if (h.kind[i] !== SPAN_KIND.small && h.kind[i] !== SPAN_KIND.large) continue;
    quads += (h.m[spanRef(h, i) + Span.at.nalloc] - h.nfreed[i]) * (blockWords(h, i) / 2);
  }
  return quads;
}

/** Checks heap_alloc. The MCaches report late, and a report may be negative. */
function checkHeapAlloc(h: HeapView, out: Findings): void {
  const counted = countAllocQuads(h);
  const told = h.m[MSTATS + at.heapAllocQ];
  let untold = 0;
  for (let p = 0; p < procs(h); p++) untold += h.m[cacheOf(h, p) + MCache.at.localCacheallocQ];
  if (told + untold === counted) return;
  out.add('HEAP_ALLOC', () => `blocks of ${counted * 8} bytes are allocated, but heap_alloc is ${told * 8} and the MCaches have ${untold * 8} to report`);
}

function checkCentrals(h: HeapView, out: Findings): void {
  const { m } = h;
  const nfree = new Int32Array(CLASSES);
  for (let i = 0; i < h.nspans; i++) {
    const s = spanRef(h, i);
    if (h.kind[i] !== SPAN_KIND.small || m[s + Span.at.incache] !== 0) continue;
    nfree[m[s + Span.at.sizeclass]] += blockCount(h, i) - m[s + Span.at.nalloc];
  }
  for (let c = 0; c < CLASSES; c++) {
    const kept = m[MCENTRALS + c * MCentral.words + MCentral.at.nfree];
    if (kept !== nfree[c]) explainCentral(out, c, kept, nfree[c]);
  }
  out.checks += CLASSES;
}

function explainCentral(out: Findings, c: number, kept: number, counted: number): void {
  out.add('MCENTRAL_NFREE', () => `the mcentral of class ${c} counts ${kept} free blocks, but its spans have ${counted}`);
}

function checkNotNegative(h: HeapView, out: Findings): void {
  const m = h.m;
  for (const count of COUNTS) {
    const value = wide(m, count.at);
    if (value < 0) out.add('COUNTER_NEGATIVE', () => `${count.name} is ${value}`);
  }
  for (let p = 0; p < procs(h); p++) {
    const cache = cacheOf(h, p);
    for (const count of LOCAL_COUNTS) {
      const value = m[cache + count.at];
      if (value < 0) out.add('COUNTER_NEGATIVE', () => `${count.name} of P ${p} is ${value}`);
    }
    checkFreedOf(h, out, p);
  }
  const nextGc = Atomics.load(m, MSTATS + at.xnextGcQ);
  if (nextGc < 0) out.add('NEXT_GC', () => `next_gc is ${nextGc * 8} bytes`);
}

function checkFreedOf(h: HeapView, out: Findings, p: number): void {
  const { m } = h;
  const freed = cacheOf(h, p) + MCache.at.localNsmallfree;
  for (let c = 0; c < CLASSES; c++) if (m[freed + c] < 0) explainFreed(out, p, c, m[freed + c]);
}

function explainFreed(out: Findings, p: number, c: number, value: number): void {
  out.add('COUNTER_NEGATIVE', () => `localNsmallfree of P ${p}, class ${c}, is ${value}`);
}
