/**
 * Spans in use: allocating and freeing them under mheap.lock, with their statistics. What the
 * sweeper needs of the heap is here; allocation that sweeps first is in mheap.ts.
 *
 * Invariant: heapIdle + heapInuse == heapSys, in bytes of the arena's spans. On the 32-bit
 * machine heapSys also counts memory from the system that makes no whole page.
 */
import type { Mem } from '../memory/struct.ts';
import { PAGE_BYTES, PAGE_SHIFT, PAGE_WORD_SHIFT, QUAD_SHIFT } from '../memory/address.ts';
import { clearWords } from '../memory/clear.ts';
import { addWide } from '../memory/wide.ts';
import { lock, unlock } from '../sync/lock.ts';
import { clockMs } from '../sync/clock.ts';
import { M, type MRef } from '../machine/m.ts';
import { classToBlocks, classToSize } from '../heap/size-classes.ts';
import { SPAN_STATE, Span, type SpanRef } from '../heap/span.ts';
import { spanListInsertBack } from '../heap/span-list.ts';
import { MTYPES } from '../heap/type.ts';
import { MCache, type MCacheRef } from './mcache-record.ts';
import { MHEAP_LOCK, SWEEPGEN } from './mheap-record.ts';
import { MSTATS, MStats } from './mstats.ts';
import { allocSpanLocked, busyList, freeSpanLocked } from './page-runs.ts';

const HEAP_ALLOC_Q = MSTATS + MStats.at.heapAllocQ;
const HEAP_IDLE = MSTATS + MStats.at.heapIdle;
const HEAP_INUSE = MSTATS + MStats.at.heapInuse;
const STACKS_INUSE = MSTATS + MStats.at.stacksInuse;
const TINYALLOCS = MSTATS + MStats.at.tinyallocs;
const { start: START, npages: NPAGES, freelist: FREELIST, xsweepgen: XSWEEPGEN, state: STATE } = Span.at;
const { sizeclass: SIZECLASS, elemsize: ELEMSIZE, nalloc: NALLOC, nelems: NELEMS } = Span.at;
const { needzero: NEEDZERO, limit: LIMIT, compression: COMPRESSION, typedata: TYPEDATA } = Span.at;
const { mcache: MCACHE } = M.at;
const { localCacheallocQ: LOCAL_CACHEALLOC_Q, localTinyallocs: LOCAL_TINYALLOCS } = MCache.at;

/**
 * Allocates a span of `npages` pages for blocks of `sizeclass`, or for one large object (class
 * 0). Its memory may be dirty: see zeroSpan.
 * @returns 0 if the arena is full
 */
export function mheapAllocLocked(m: Mem, mp: MRef, npages: number, sizeclass: number): SpanRef {
  flushHeapAllocLocked(m, m[mp + MCACHE]);
  const s = allocSpanLocked(m, mp, npages);
  if (s === 0) return 0;
  // The span map already names the span. Store its generation before its state becomes inUse,
  // or a sweeper that reads both now would sweep it as garbage of the last cycle.
  Atomics.store(m, s + XSWEEPGEN, m[SWEEPGEN]);
  m[s + FREELIST] = 0;
  m[s + NALLOC] = 0;
  m[s + SIZECLASS] = sizeclass;
  m[s + ELEMSIZE] = sizeclass === 0 ? npages << PAGE_SHIFT : classToSize[sizeclass];
  m[s + NELEMS] = sizeclass === 0 ? 1 : classToBlocks[sizeclass];
  m[s + COMPRESSION] = MTYPES.empty;
  m[s + TYPEDATA] = 0;
  m[s + STATE] = SPAN_STATE.inUse;
  if (sizeclass === 0) {
    m[HEAP_ALLOC_Q] += npages << (PAGE_SHIFT - QUAD_SHIFT);
    // The busy lists keep swept spans at the end.
    spanListInsertBack(m, busyList(npages), s);
  }
  return s;
}

/** Clears the memory of `s`, which the caller owns, if it may be dirty. */
export function zeroSpan(m: Mem, s: SpanRef): void {
  if (m[s + NEEDZERO] !== 0) clearWords(m, m[s + START], m[s + NPAGES] << PAGE_WORD_SHIFT);
  m[s + NEEDZERO] = 0;
}

/** Allocates a span of `npages` pages for stacks; its memory may be dirty. Returns 0 if the arena is full. Go's MHeap_AllocStack. */
export function mheapAllocStack(m: Mem, mp: MRef, npages: number): SpanRef {
  lock(m, mp, MHEAP_LOCK);
  const s = allocSpanLocked(m, mp, npages);
  if (s !== 0) {
    m[s + FREELIST] = 0;
    m[s + NALLOC] = 0;
    m[s + SIZECLASS] = 0;
    m[s + LIMIT] = 0;
    m[s + STATE] = SPAN_STATE.stack;
    addWide(m, STACKS_INUSE, npages * PAGE_BYTES);
  }
  unlock(m, mp, MHEAP_LOCK);
  return s;
}

/** Frees a span of stacks, none of which is in use. Go's MHeap_FreeStack. */
export function mheapFreeStack(m: Mem, mp: MRef, s: SpanRef): void {
  lock(m, mp, MHEAP_LOCK);
  m[s + NEEDZERO] = 1;
  addWide(m, STACKS_INUSE, -(m[s + NPAGES] * PAGE_BYTES));
  addWide(m, HEAP_INUSE, -(m[s + NPAGES] * PAGE_BYTES));
  addWide(m, HEAP_IDLE, m[s + NPAGES] * PAGE_BYTES);
  freeSpanLocked(m, s, clockMs(m));
  unlock(m, mp, MHEAP_LOCK);
}

/**
 * Frees the span `s`, which is swept and has no block in use. Go's MHeap_Free.
 * @param large `s` was one large object, whose bytes are subtracted from heap_alloc
 */
export function mheapFree(m: Mem, mp: MRef, s: SpanRef, large: boolean): void {
  lock(m, mp, MHEAP_LOCK);
  flushHeapAllocLocked(m, m[mp + MCACHE]);
  if (large) m[HEAP_ALLOC_Q] -= m[s + NPAGES] << (PAGE_SHIFT - QUAD_SHIFT);
  addWide(m, HEAP_INUSE, -(m[s + NPAGES] * PAGE_BYTES));
  addWide(m, HEAP_IDLE, m[s + NPAGES] * PAGE_BYTES);
  freeSpanLocked(m, s, clockMs(m));
  unlock(m, mp, MHEAP_LOCK);
}

/** Adds the bytes and tiny objects that `c` has counted since the last flush to MStats. */
export function flushHeapAllocLocked(m: Mem, c: MCacheRef): void {
  m[HEAP_ALLOC_Q] += m[c + LOCAL_CACHEALLOC_Q];
  m[c + LOCAL_CACHEALLOC_Q] = 0;
  addWide(m, TINYALLOCS, m[c + LOCAL_TINYALLOCS]);
  m[c + LOCAL_TINYALLOCS] = 0;
}
