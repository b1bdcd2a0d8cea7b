/** Span lists: the links are intact, and every span is on the list for its state. */
import { CONFIG, Config } from '../memory/config.ts';
import { globalRecord } from '../memory/segment.ts';
import { Span } from '../heap/span.ts';
import { SpanList } from '../heap/span-list.ts';
import { MCentral } from '../malloc/mcentral.ts';
import { MHEAP, MHeap } from '../malloc/mheap.ts';
import { STACKPOOL, StackPool } from '../malloc/stack.ts';
import { CLASSES } from './classes.ts';
import type { Findings } from './problems.ts';
import { blockCount } from './spans.ts';
import { SPAN_KIND, spanIndex, spanPages, spanRef, type HeapView } from './view.ts';

export const MCENTRALS = globalRecord('mcentral', MCentral, CLASSES);

const { next: NEXT, prev: PREV, list: LIST, sizeclass: SIZECLASS, nalloc: NALLOC, incache: INCACHE } = Span.at;
const { free: FREE, freelarge: FREE_LARGE, busy: BUSY, busylarge: BUSY_LARGE } = MHeap.at;
const ORDERS = StackPool.fields.spans.words / SpanList.words;
const POOLS = STACKPOOL + StackPool.at.spans;
/** Number of lists by length in pages. Longer spans share one list. */
const LENGTHS = MHeap.fields.free.words / SpanList.words;

export function readLists(h: HeapView, out: Findings): void {
  for (let n = 0; n < LENGTHS; n++) {
    read(h, out, MHEAP + FREE + n * SpanList.words);
    read(h, out, MHEAP + BUSY + n * SpanList.words);
  }
  read(h, out, MHEAP + FREE_LARGE);
  read(h, out, MHEAP + BUSY_LARGE);
  for (let order = 0; order < ORDERS; order++) read(h, out, POOLS + order * SpanList.words);
  for (let c = 0; c < CLASSES; c++) {
    read(h, out, MCENTRALS + c * MCentral.words + MCentral.at.nonempty);
    read(h, out, MCENTRALS + c * MCentral.words + MCentral.at.empty);
  }
  out.checks += h.nspans;
}

/** Most lists are empty: their heads link to themselves. */
function read(h: HeapView, out: Findings, head: number): void {
  if (h.m[head + NEXT] !== head || h.m[head + PREV] !== head) walk(h, out, head);
}

/** Follows a list and records in the view that its spans are on it. */
function walk(h: HeapView, out: Findings, head: number): void {
  const m = h.m;
  let before = head;
  for (let s = m[head + NEXT]; s !== head; s = m[s + NEXT]) {
    const i = spanIndex(h, s);
    if (i < 0 || h.listed[i] !== 0) {
      out.add('LIST_CORRUPT', () => `the ${nameList(head)} points to ${i < 0 ? `word ${s}, which is no span` : `span ${i}, which is on the ${nameList(h.listed[i])} already`}`);
      return;
    }
    h.listed[i] = head;
    if (m[s + PREV] !== before) out.add('LIST_CORRUPT', () => `span ${i} on the ${nameList(head)} does not point back at the one before it`);
    if (m[s + LIST] !== head) out.add('LIST_CORRUPT', () => `span ${i} is on the ${nameList(head)}, but says it is on the ${nameList(m[s + LIST])}`);
    before = s;
  }
  if (m[head + PREV] !== before) out.add('LIST_CORRUPT', () => `the ${nameList(head)} does not end where its head says`);
}

export function checkLists(h: HeapView, out: Findings): void {
  for (let i = 0; i < h.nspans; i++) {
    const expected = listFor(h, i);
    if (h.listed[i] === expected) continue;
    out.add('SPAN_ON_WRONG_LIST', () => `span ${i} (${describe(h, i)}) is on the ${nameList(h.listed[i])}, not the ${nameList(expected)}`);
  }
}

/** Returns the head of the list that span `i` belongs on, or 0 for none. */
function listFor(h: HeapView, i: number): number {
  const pages = spanPages(h, i);
  switch (h.kind[i]) {
    case SPAN_KIND.free:
      return MHEAP + (pages < LENGTHS ? FREE + pages * SpanList.words : FREE_LARGE);
    case SPAN_KIND.large:
      return MHEAP + (pages < LENGTHS ? BUSY + pages * SpanList.words : BUSY_LARGE);
    case SPAN_KIND.small: {
      const central = MCENTRALS + h.m[spanRef(h, i) + SIZECLASS] * MCentral.words;
      const hasFree = h.m[spanRef(h, i) + NALLOC] < blockCount(h, i);
      return central + (hasFree && h.m[spanRef(h, i) + INCACHE] === 0 ? MCentral.at.nonempty : MCentral.at.empty);
    }
    case SPAN_KIND.stack:
      return poolFor(h, i);
    default:
      return 0;
  }
}

/** Returns the pool of a stack span: that of its order if the span has free stacks, else 0. */
function poolFor(h: HeapView, i: number): number {
  const s = spanRef(h, i);
  if (h.m[s + Span.at.freelist] === 0) return 0;
  const words = h.m[s + Span.at.elemsize] >> 2;
  return POOLS + Math.log2(words / h.m[CONFIG + Config.at.stackMinWords]) * SpanList.words;
}

function describe(h: HeapView, i: number): string {
  const s = spanRef(h, i);
  if (h.kind[i] === SPAN_KIND.none) return 'unused';
  if (h.kind[i] === SPAN_KIND.stack) return `stacks of ${h.m[s + Span.at.elemsize]} bytes`;
  if (h.kind[i] === SPAN_KIND.free) return `${spanPages(h, i)} free pages`;
  if (h.kind[i] === SPAN_KIND.faulted) return `${spanPages(h, i)} pages taken away`;
  if (h.kind[i] === SPAN_KIND.large) return `a large object of ${spanPages(h, i)} pages`;
  const cached = h.m[s + INCACHE] !== 0 ? 'cached' : 'not cached';
  return `class ${h.m[s + SIZECLASS]}, ${h.m[s + NALLOC]} of ${blockCount(h, i)} blocks allocated, ${cached}`;
}

export function nameList(head: number): string {
  if (head === 0) return 'list of none';
  const inHeap = head - MHEAP;
  if (inHeap === FREE_LARGE) return 'free list of long spans';
  if (inHeap === BUSY_LARGE) return 'busy list of long spans';
  if (inHeap >= FREE && inHeap < FREE_LARGE) return `free list of ${(inHeap - FREE) / SpanList.words} pages`;
  if (inHeap >= BUSY && inHeap < BUSY_LARGE) return `busy list of ${(inHeap - BUSY) / SpanList.words} pages`;
  const inPools = head - POOLS;
  if (inPools >= 0 && inPools < ORDERS * SpanList.words) return `pool of stacks of order ${inPools / SpanList.words}`;
  const inCentral = head - MCENTRALS;
  const c = Math.floor(inCentral / MCentral.words);
  if (c >= 0 && c < CLASSES) return `${inCentral % MCentral.words === MCentral.at.empty ? 'empty' : 'nonempty'} list of class ${c}`;
  return `list at word ${head}`;
}
