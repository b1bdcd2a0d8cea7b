/**
 * MHeap: the heap of page runs. Free runs hang on lists by length, long ones on one list
 * searched for the best fit; neighbours coalesce; when nothing fits the arena grows.
 *
 * Law: heapIdle + heapInuse == heapSys, in bytes of spans of the arena in use so far; on the
 * 32-bit machine heapSys also has what the system gave and makes no whole page.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { PAGE_BYTES, PAGE_SHIFT, PAGE_WORD_SHIFT, QUAD_SHIFT, type Ref } from '../memory/address.ts';
import { clearWords } from '../memory/clear.ts';
import { addWide } from '../memory/wide.ts';
import { fatal } from '../base/fatal.ts';
import { lock, unlock } from '../sync/lock.ts';
import { clockMs } from '../sync/clock.ts';
import { M, type MRef } from '../machine/m.ts';
import { classToBlocks, classToSize } from '../heap/size-classes.ts';
import { Special } from '../heap/special.ts';
import { SPAN_STATE, Span, emptySpan, firstPage, spanSlot, type SpanRef } from '../heap/span.ts';
import { SpanList, spanListInit, spanListInsert, spanListInsertBack, spanListIsEmpty, spanListRemove, type SpanListRef } from '../heap/span-list.ts';
import { MTYPES } from '../heap/type.ts';
import { mheapSysAlloc } from './arena.ts';
import { FixAlloc, fixallocAlloc, fixallocFree, fixallocInit } from './fixalloc.ts';
import { MCache, type MCacheRef } from './mcache-record.ts';
import { ARENA_USED, MAX_MHEAP_LIST, MHEAP, MHEAP_LOCK, MHeap, SPANALLOC, SPECIALALLOC, SWEEPGEN, XSWEEPDONE } from './mheap-record.ts';
import { MSTATS, MStats } from './mstats.ts';
import { sysUsed } from './sys.ts';

export * from './mheap-record.ts';

const FREE = MHEAP + MHeap.at.free;
const FREE_LARGE = MHEAP + MHeap.at.freelarge;
const BUSY = MHEAP + MHeap.at.busy;
const BUSY_LARGE = MHEAP + MHeap.at.busylarge;

const ARENA = CONFIG + Config.at.arenaStart;
const SPANS = CONFIG + Config.at.spans;
const MAX_SPANS = CONFIG + Config.at.maxSpans;
const CHUNK_PAGES = CONFIG + Config.at.chunkPages;
const HEAP_ALLOC_Q = MSTATS + MStats.at.heapAllocQ;
const MSPAN_SYS = MSTATS + MStats.at.mspanSys;
const OTHER_SYS = MSTATS + MStats.at.otherSys;
const HEAP_IDLE = MSTATS + MStats.at.heapIdle;
const HEAP_INUSE = MSTATS + MStats.at.heapInuse;
const STACKS_INUSE = MSTATS + MStats.at.stacksInuse;
const HEAP_RELEASED = MSTATS + MStats.at.heapReleased;
const TINYALLOCS = MSTATS + MStats.at.tinyallocs;
const { start: START, npages: NPAGES, freelist: FREELIST, xsweepgen: XSWEEPGEN, state: STATE } = Span.at;
const { sizeclass: SIZECLASS, elemsize: ELEMSIZE, nalloc: NALLOC, nelems: NELEMS, incache: INCACHE } = Span.at;
const { needzero: NEEDZERO, limit: LIMIT, specials: SPECIALS, speciallock: SPANLOCK, unusedsince: UNUSEDSINCE } = Span.at;
const { npreleased: NPRELEASED, compression: COMPRESSION, typedata: TYPEDATA, freebuf: FREEBUF, next: NEXT } = Span.at;
const { mcache: MCACHE } = M.at;
const { localCacheallocQ: LOCAL_CACHEALLOC_Q, localTinyallocs: LOCAL_TINYALLOCS } = MCache.at;
const ROUND_PAGES = (64 << 10) / PAGE_BYTES;

/** Go's MHeap_Init: empty lists, the first sweep generation, room for spans. */
export function mheapInit(m: Mem): void {
  for (let n = 0; n < MAX_MHEAP_LIST; n++) {
    spanListInit(m, freeList(n));
    spanListInit(m, busyList(n));
  }
  spanListInit(m, FREE_LARGE);
  spanListInit(m, BUSY_LARGE);
  const room = m[MAX_SPANS] * Span.words;
  fixallocInit(m, SPANALLOC, Span.words, MSPAN_SYS, m[SPANS] + Span.words, m[SPANS] + room);
  fixallocInit(m, SPECIALALLOC, Special.words, OTHER_SYS, 0, 0);
  m[SWEEPGEN] = 2;
  Atomics.store(m, XSWEEPDONE, 1);
  m[emptySpan(m) + STATE] = SPAN_STATE.dead;
}

/** The list of free runs of `npages` pages. */
export function freeList(npages: number): SpanListRef {
  return npages < MAX_MHEAP_LIST ? FREE + npages * SpanList.words : FREE_LARGE;
}

/** The list of large objects of `npages` pages in use. */
export function busyList(npages: number): SpanListRef {
  return npages < MAX_MHEAP_LIST ? BUSY + npages * SpanList.words : BUSY_LARGE;
}

/** Spans ever made: allspans is [0, nspan). */
export function nspan(m: Mem): number {
  return m[SPANALLOC + FixAlloc.at.carved];
}

/**
 * A span of `npages` pages for blocks of `sizeclass`, or for a large object (class 0); its
 * memory is zero if `zero`. 0 when the arena is full. The lock is held.
 */
export function mheapAllocLocked(m: Mem, mp: MRef, npages: number, sizeclass: number): SpanRef {
  flushHeapAllocLocked(m, m[mp + MCACHE]);
  const s = allocSpanLocked(m, mp, npages);
  if (s === 0) return 0;
  // The page table already names the span: its generation must be right before its state
  // says "in use", or a sweeper that looks now would take it for garbage of the last cycle.
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
    // Swept spans are at the end of the busy lists.
    spanListInsertBack(m, busyList(npages), s);
  }
  return s;
}

/** Clears the span's memory if it may be dirty. The span is the caller's. */
export function zeroSpan(m: Mem, s: SpanRef): void {
  if (m[s + NEEDZERO] !== 0) clearWords(m, m[s + START], m[s + NPAGES] << PAGE_WORD_SHIFT);
  m[s + NEEDZERO] = 0;
}

/** Go's MHeap_AllocStack: a span for stacks; its memory may be dirty. 0 when the arena is full. */
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

/** Gives a span for stacks back, of which none is in use. */
export function mheapFreeStack(m: Mem, mp: MRef, s: SpanRef): void {
  lock(m, mp, MHEAP_LOCK);
  m[s + NEEDZERO] = 1;
  addWide(m, STACKS_INUSE, -(m[s + NPAGES] * PAGE_BYTES));
  addWide(m, HEAP_INUSE, -(m[s + NPAGES] * PAGE_BYTES));
  addWide(m, HEAP_IDLE, m[s + NPAGES] * PAGE_BYTES);
  freeSpanLocked(m, s, clockMs(m));
  unlock(m, mp, MHEAP_LOCK);
}

/** Gives a span back; `large` when it was one object, whose size leaves the live heap. */
export function mheapFree(m: Mem, mp: MRef, s: SpanRef, large: boolean): void {
  lock(m, mp, MHEAP_LOCK);
  flushHeapAllocLocked(m, m[mp + MCACHE]);
  if (large) m[HEAP_ALLOC_Q] -= m[s + NPAGES] << (PAGE_SHIFT - QUAD_SHIFT);
  addWide(m, HEAP_INUSE, -(m[s + NPAGES] * PAGE_BYTES));
  addWide(m, HEAP_IDLE, m[s + NPAGES] * PAGE_BYTES);
  freeSpanLocked(m, s, clockMs(m));
  unlock(m, mp, MHEAP_LOCK);
}

/** Moves what was allocated from `c` since the last time into the global figures. */
export function flushHeapAllocLocked(m: Mem, c: MCacheRef): void {
  m[HEAP_ALLOC_Q] += m[c + LOCAL_CACHEALLOC_Q];
  m[c + LOCAL_CACHEALLOC_Q] = 0;
  addWide(m, TINYALLOCS, m[c + LOCAL_TINYALLOCS]);
  m[c + LOCAL_TINYALLOCS] = 0;
}

function allocSpanLocked(m: Mem, mp: MRef, npages: number): SpanRef {
  let s = findFreeLocked(m, npages);
  if (s === 0) {
    if (!growLocked(m, mp, npages)) return 0;
    s = findFreeLocked(m, npages);
    if (s === 0) return 0;
  }
  if (m[s + STATE] !== SPAN_STATE.free || m[s + NPAGES] < npages) {
    fatal('MHEAP_BAD_FREE_SPAN', { span: s, state: m[s + STATE], npages: m[s + NPAGES], wanted: npages });
  }
  spanListRemove(m, s);
  if (m[s + NPRELEASED] > 0) {
    addWide(m, HEAP_RELEASED, -(m[s + NPRELEASED] * PAGE_BYTES));
    sysUsed(m, mp, m[s + NPRELEASED] << PAGE_WORD_SHIFT);
    m[s + NPRELEASED] = 0;
  }
  if (m[s + NPAGES] > npages) trimLocked(m, mp, s, npages);
  m[s + UNUSEDSINCE] = 0;
  const slot = spanSlot(m, m[s + START]);
  for (let n = 0; n < npages; n++) m[slot + n] = s;
  addWide(m, HEAP_INUSE, npages * PAGE_BYTES);
  addWide(m, HEAP_IDLE, -(npages * PAGE_BYTES));
  return s;
}

/** The shortest listed run that fits, else the best fit among the long ones. */
function findFreeLocked(m: Mem, npages: number): SpanRef {
  for (let n = npages; n < MAX_MHEAP_LIST; n++) {
    if (!spanListIsEmpty(m, freeList(n))) return m[freeList(n) + NEXT];
  }
  let best = 0;
  for (let s = m[FREE_LARGE + NEXT]; s !== FREE_LARGE; s = m[s + NEXT]) {
    if (m[s + NPAGES] < npages) continue;
    if (best === 0 || m[s + NPAGES] < m[best + NPAGES] || (m[s + NPAGES] === m[best + NPAGES] && m[s + START] < m[best + START])) best = s;
  }
  return best;
}

/** Cuts what `s` has beyond `npages` off and puts it back. */
function trimLocked(m: Mem, mp: MRef, s: SpanRef, npages: number): void {
  const rest = m[s + NPAGES] - npages;
  const t = newSpanLocked(m, mp, m[s + START] + (npages << PAGE_WORD_SHIFT), rest);
  m[s + NPAGES] = npages;
  m[t + NEEDZERO] = m[s + NEEDZERO];
  const slot = spanSlot(m, m[t + START]);
  m[slot - 1] = s;
  m[slot] = t;
  m[slot + rest - 1] = t;
  // Neither free nor in use while the rest is freed, or the two would coalesce again.
  m[s + STATE] = SPAN_STATE.stack;
  m[t + STATE] = SPAN_STATE.stack;
  freeSpanLocked(m, t, clockMs(m));
  m[s + STATE] = SPAN_STATE.free;
}

/** Asks for more of the arena, in chunks, and frees it into the heap. */
function growLocked(m: Mem, mp: MRef, npages: number): boolean {
  let ask = Math.max(Math.ceil(npages / ROUND_PAGES) * ROUND_PAGES, m[CHUNK_PAGES]);
  let start = mheapSysAlloc(m, mp, ask);
  if (start === 0 && ask > npages) {
    ask = npages;
    start = mheapSysAlloc(m, mp, ask);
  }
  if (start === 0) return false;
  // A span that was "in use": freeing it coalesces it with its free neighbour.
  const s = newSpanLocked(m, mp, start, ask);
  const slot = spanSlot(m, start);
  m[slot] = s;
  m[slot + ask - 1] = s;
  Atomics.store(m, s + XSWEEPGEN, m[SWEEPGEN]);
  m[s + STATE] = SPAN_STATE.stack;
  addWide(m, HEAP_IDLE, ask * PAGE_BYTES);
  freeSpanLocked(m, s, clockMs(m));
  return true;
}

/** A span record of [start, start + npages pages), in no state and on no list. */
function newSpanLocked(m: Mem, mp: MRef, start: Ref, npages: number): SpanRef {
  const s = fixallocAlloc(m, mp, SPANALLOC);
  if (s === 0) fatal('SPANS_USED_UP', { spans: nspan(m) });
  // xsweepgen stays: a sweeper may hold this record from an old cycle's list, and only a
  // span in use is compared with it.
  m[s + NEXT] = 0;
  m[s + Span.at.prev] = 0;
  m[s + Span.at.list] = 0;
  m[s + START] = start;
  m[s + NPAGES] = npages;
  m[s + FREELIST] = 0;
  m[s + STATE] = SPAN_STATE.dead;
  m[s + SIZECLASS] = 0;
  m[s + ELEMSIZE] = 0;
  m[s + NALLOC] = 0;
  m[s + NELEMS] = 0;
  m[s + INCACHE] = 0;
  m[s + NEEDZERO] = 0;
  m[s + LIMIT] = 0;
  m[s + SPECIALS] = 0;
  Atomics.store(m, s + SPANLOCK, 0);
  m[s + UNUSEDSINCE] = 0;
  m[s + NPRELEASED] = 0;
  m[s + COMPRESSION] = MTYPES.empty;
  m[s + TYPEDATA] = 0;
  m[s + FREEBUF] = 0;
  return s;
}

/** Makes `s` free and joins it with free neighbours. */
function freeSpanLocked(m: Mem, s: SpanRef, now: number): void {
  if (m[s + STATE] === SPAN_STATE.stack) {
    if (m[s + NALLOC] !== 0) fatal('MHEAP_FREE_OF_USED_STACKS', { span: s, nalloc: m[s + NALLOC] });
  } else {
    if (m[s + STATE] !== SPAN_STATE.inUse || m[s + NALLOC] !== 0 || Atomics.load(m, s + XSWEEPGEN) !== m[SWEEPGEN]) {
      fatal('MHEAP_FREE_OF_USED_SPAN', { span: s, state: m[s + STATE], nalloc: m[s + NALLOC], sweepgen: Atomics.load(m, s + XSWEEPGEN), heap: m[SWEEPGEN] });
    }
  }
  m[s + STATE] = SPAN_STATE.free;
  spanListRemove(m, s);
  m[s + UNUSEDSINCE] = now;
  m[s + NPRELEASED] = 0;
  if (m[s + START] > m[ARENA]) {
    const before = m[spanSlot(m, m[s + START]) - 1];
    if (before !== 0 && m[before + STATE] === SPAN_STATE.free) absorbLocked(m, s, before);
  }
  const pastEnd = m[s + START] + (m[s + NPAGES] << PAGE_WORD_SHIFT);
  if (pastEnd < m[ARENA_USED]) {
    const after = m[spanSlot(m, pastEnd)];
    if (after !== 0 && m[after + STATE] === SPAN_STATE.free) absorbLocked(m, s, after);
  }
  const slot = m[CONFIG + Config.at.spanMap] + firstPage(m, s);
  m[slot] = s;
  m[slot + m[s + NPAGES] - 1] = s;
  spanListInsert(m, freeList(m[s + NPAGES]), s);
}

/** Joins the free neighbour `t` to `s`. */
function absorbLocked(m: Mem, s: SpanRef, t: SpanRef): void {
  if (m[t + START] < m[s + START]) m[s + START] = m[t + START];
  m[s + NPAGES] += m[t + NPAGES];
  m[s + NPRELEASED] += m[t + NPRELEASED];
  m[s + NEEDZERO] |= m[t + NEEDZERO];
  spanListRemove(m, t);
  m[t + STATE] = SPAN_STATE.dead;
  fixallocFree(m, SPANALLOC, t);
}
