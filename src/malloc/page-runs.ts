/**
 * Page runs: the free half of the heap.
 *
 * To allocate n pages:
 *
 *   1. Take the first run on the list of length n, or of the next longer length that has one.
 *   2. Otherwise search the list of long runs for the best fit.
 *   3. Otherwise grow the arena by a chunk, which becomes a free run, and search again.
 *   4. Cut off the remainder and free it.
 *
 * To free a run, coalesce it with the free runs before and after it, which the span map names,
 * and put the result on the list of its length.
 *
 * Invariants: no two free runs are adjacent; each free run is on the list of its length; the
 * span map names a free run at its first and last page, and a span in use at every page.
 *
 * Source: mheap.c of Go 1.3. Departing from it, all lists are searched again after growth.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { PAGE_BYTES, PAGE_WORD_SHIFT, type Ref } from '../memory/address.ts';
import { addWide } from '../memory/wide.ts';
import { fatal } from '../base/fatal.ts';
import { clockMs } from '../sync/clock.ts';
import type { MRef } from '../machine/m.ts';
import { Special } from '../heap/special.ts';
import { SPAN_STATE, Span, emptySpan, firstPage, spanSlot, type SpanRef } from '../heap/span.ts';
import { SpanList, spanListInit, spanListInsert, spanListIsEmpty, spanListRemove, type SpanListRef } from '../heap/span-list.ts';
import { MTYPES } from '../heap/type.ts';
import { mheapSysAlloc } from './arena.ts';
import { FixAlloc, fixallocAlloc, fixallocFree, fixallocInit } from './fixalloc.ts';
import { ARENA_USED, MAX_MHEAP_LIST, MHEAP, MHeap, SPANALLOC, SPECIALALLOC, SWEEPGEN, XSWEEPDONE } from './mheap-record.ts';
import { MSTATS, MStats } from './mstats.ts';
import { sysUsed } from './sys.ts';

const FREE = MHEAP + MHeap.at.free;
const FREE_LARGE = MHEAP + MHeap.at.freelarge;
const BUSY = MHEAP + MHeap.at.busy;
const BUSY_LARGE = MHEAP + MHeap.at.busylarge;

const ARENA = CONFIG + Config.at.arenaStart;
const SPANS = CONFIG + Config.at.spans;
const MAX_SPANS = CONFIG + Config.at.maxSpans;
const CHUNK_PAGES = CONFIG + Config.at.chunkPages;
const MSPAN_SYS = MSTATS + MStats.at.mspanSys;
const OTHER_SYS = MSTATS + MStats.at.otherSys;
const HEAP_IDLE = MSTATS + MStats.at.heapIdle;
const HEAP_INUSE = MSTATS + MStats.at.heapInuse;
const HEAP_RELEASED = MSTATS + MStats.at.heapReleased;
const { start: START, npages: NPAGES, freelist: FREELIST, xsweepgen: XSWEEPGEN, state: STATE } = Span.at;
const { sizeclass: SIZECLASS, elemsize: ELEMSIZE, nalloc: NALLOC, nelems: NELEMS, incache: INCACHE } = Span.at;
const { needzero: NEEDZERO, limit: LIMIT, specials: SPECIALS, speciallock: SPANLOCK, unusedsince: UNUSEDSINCE } = Span.at;
const { npreleased: NPRELEASED, compression: COMPRESSION, typedata: TYPEDATA, freebuf: FREEBUF, next: NEXT } = Span.at;
/** Growth is rounded up to this many pages: 64 KB. */
const ROUND_PAGES = (64 << 10) / PAGE_BYTES;

/** Initialises the heap: empty lists, sweep generation 2, no span records. Go's MHeap_Init. */
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

/** Returns the list of free runs of `npages` pages; all runs of MAX_MHEAP_LIST pages or more share one. */
export function freeList(npages: number): SpanListRef {
  return npages < MAX_MHEAP_LIST ? FREE + npages * SpanList.words : FREE_LARGE;
}

/** Returns the list of large objects in use of `npages` pages. */
export function busyList(npages: number): SpanListRef {
  return npages < MAX_MHEAP_LIST ? BUSY + npages * SpanList.words : BUSY_LARGE;
}

/** Returns the number of span records ever made; Go's allspans is [0, nspan). */
export function nspan(m: Mem): number {
  return m[SPANALLOC + FixAlloc.at.carved];
}

/**
 * Takes a run of exactly `npages` pages, growing the arena if no free run fits. The span is in
 * the span map; its state is still `free`. Go's MHeap_AllocSpanLocked.
 * @returns 0 if the arena is full
 */
export function allocSpanLocked(m: Mem, mp: MRef, npages: number): SpanRef {
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

/** Returns the best fit: the shortest listed run, else the shortest long one, ties broken by address; 0 for none. */
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

/** Cuts `s` to `npages` pages and frees the remainder. */
function trimLocked(m: Mem, mp: MRef, s: SpanRef, npages: number): void {
  const rest = m[s + NPAGES] - npages;
  const t = newSpanLocked(m, mp, m[s + START] + (npages << PAGE_WORD_SHIFT), rest);
  m[s + NPAGES] = npages;
  m[t + NEEDZERO] = m[s + NEEDZERO];
  const slot = spanSlot(m, m[t + START]);
  m[slot - 1] = s;
  m[slot] = t;
  m[slot + rest - 1] = t;
  // Neither part may be `free` while the remainder is freed, or the two would coalesce again.
  m[s + STATE] = SPAN_STATE.stack;
  m[t + STATE] = SPAN_STATE.stack;
  freeSpanLocked(m, t, clockMs(m));
  m[s + STATE] = SPAN_STATE.free;
}

/**
 * Grows the arena by at least `npages` pages, by a whole chunk if there is room for one, and
 * frees the new pages into the heap. Go's MHeap_Grow.
 * @returns false if the arena is full
 */
export function growLocked(m: Mem, mp: MRef, npages: number): boolean {
  let ask = Math.max(Math.ceil(npages / ROUND_PAGES) * ROUND_PAGES, m[CHUNK_PAGES]);
  let start = mheapSysAlloc(m, mp, ask);
  if (start === 0 && ask > npages) {
    ask = npages;
    start = mheapSysAlloc(m, mp, ask);
  }
  if (start === 0) return false;
  // Make it a span in use, so that freeing it coalesces it with its free neighbour.
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

/** Makes a span record for the `npages` pages from `start`: state dead, on no list. */
function newSpanLocked(m: Mem, mp: MRef, start: Ref, npages: number): SpanRef {
  const s = fixallocAlloc(m, mp, SPANALLOC);
  if (s === 0) fatal('SPANS_USED_UP', { spans: nspan(m) });
  // Keep xsweepgen: a sweeper may still look at this record, and it compares the generation
  // only if the span is in use.
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

/**
 * Frees `s` at `now` (ms of the machine's clock) and coalesces it with its free neighbours.
 * Precondition: no block of it is in use, and it is swept. Go's MHeap_FreeSpanLocked.
 */
export function freeSpanLocked(m: Mem, s: SpanRef, now: number): void {
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

/** Joins the free neighbour `t` to `s` and frees the record of `t`. */
function absorbLocked(m: Mem, s: SpanRef, t: SpanRef): void {
  if (m[t + START] < m[s + START]) m[s + START] = m[t + START];
  m[s + NPAGES] += m[t + NPAGES];
  m[s + NPRELEASED] += m[t + NPRELEASED];
  m[s + NEEDZERO] |= m[t + NEEDZERO];
  spanListRemove(m, t);
  m[t + STATE] = SPAN_STATE.dead;
  fixallocFree(m, SPANALLOC, t);
}
