/**
 * MCentral: where MCaches get spans of one size class, and where they return them.
 *
 * cacheSpan gives an MCache a span with free blocks:
 *
 *   1. Take back the used-up span, with the blocks that other Ps freed of it (its freebuf).
 *   2. Search `nonempty`: sweep each unswept span; take the first swept one.
 *   3. Otherwise sweep the spans of `empty`, oldest first, until a sweep frees a block.
 *   4. Mark the span found as cached and move it to the end of `empty`.
 *   5. If none is found, carve a fresh span from the heap, and search again.
 *
 * Invariants: a cached span is swept and on `empty`; a span is swept by the M that moved its
 * sweepgen from h-2 to h-1, with the mcentral unlocked; nfree counts the free blocks of the
 * spans on `nonempty`.
 *
 * Source: mcentral.c of Go 1.3.
 */
import type { Mem } from '../memory/struct.ts';
import { PAGE_BYTES } from '../memory/address.ts';
import { fatal } from '../base/fatal.ts';
import { lock, unlock } from '../sync/lock.ts';
import type { MRef } from '../machine/m.ts';
import { markSpan } from '../heap/bitmap.ts';
import { NUM_SIZE_CLASSES, classToBlocks, classToPages, classToSize } from '../heap/size-classes.ts';
import { Span, emptySpan, type SpanRef } from '../heap/span.ts';
import { spanListInit, spanListInsert, spanListInsertBack, spanListRemove } from '../heap/span-list.ts';
import { handedBack } from './handed-out.ts';
import { returnSpan } from './mcentral-free.ts';
import { MCentral, mcentralAt, type MCentralRef } from './mcentral-record.ts';
import { SWEEPGEN, mheapAlloc } from './mheap.ts';
import { claimSweep, sweepSpan } from './sweep.ts';

export * from './mcentral-record.ts';
export * from './mcentral-free.ts';

const { nonempty: NONEMPTY, empty: EMPTY, nfree: NFREE } = MCentral.at;
const { next: NEXT, start: START, npages: NPAGES, freelist: FREELIST, xsweepgen: XSWEEPGEN } = Span.at;
const { nalloc: NALLOC, nelems: NELEMS, incache: INCACHE, limit: LIMIT, sizeclass: SIZECLASS, freebuf: FREEBUF } = Span.at;

/** Initialises the mcentrals of all classes: empty lists. */
export function mcentralInit(m: Mem): void {
  for (let c = 0; c < NUM_SIZE_CLASSES; c++) {
    spanListInit(m, mcentralAt(c) + NONEMPTY);
    spanListInit(m, mcentralAt(c) + EMPTY);
  }
}

/**
 * Takes back the used-up span `old` of an MCache and gives it a swept span of `sizeclass` with
 * free blocks in exchange. Go's MCentral_CacheSpan.
 * @returns 0 if the arena is full
 */
export function cacheSpan(m: Mem, mp: MRef, sizeclass: number, old: SpanRef): SpanRef {
  const c = mcentralAt(sizeclass);
  lock(m, mp, c);
  if (old !== emptySpan(m)) reclaimLocked(m, c, old);
  for (;;) {
    const s = findSpanLocked(m, mp, c);
    if (s !== 0) {
      takeSpanLocked(m, c, s);
      unlock(m, mp, c);
      return s;
    }
    unlock(m, mp, c);
    const grown = growSpan(m, mp, sizeclass);
    if (grown === 0) return 0;
    lock(m, mp, c);
    m[c + NFREE] += m[grown + NELEMS];
    spanListInsert(m, c + NONEMPTY, grown);
  }
}

/** Steps 2 and 3: returns a swept span with free blocks, or 0. Drops the lock during each sweep. */
function findSpanLocked(m: Mem, mp: MRef, c: MCentralRef): SpanRef {
  const sg = m[SWEEPGEN];
  let s = m[c + NONEMPTY + NEXT];
  while (s !== c + NONEMPTY) {
    if (claimSweep(m, s, sg)) {
      sweepUnlocked(m, mp, c, s);
      // The sweep may have freed the span, and other Ms may have changed the list: start again.
      s = m[c + NONEMPTY + NEXT];
      continue;
    }
    // A span that another M is sweeping is skipped.
    if (Atomics.load(m, s + XSWEEPGEN) !== ((sg - 1) | 0)) return s;
    s = m[s + NEXT];
  }
  s = m[c + EMPTY + NEXT];
  while (s !== c + EMPTY) {
    if (claimSweep(m, s, sg)) {
      spanListRemove(m, s);
      spanListInsertBack(m, c + EMPTY, s);
      sweepUnlocked(m, mp, c, s);
      const found = firstSwept(m, c, sg);
      if (found !== 0) return found;
      s = m[c + EMPTY + NEXT];
      continue;
    }
    if (Atomics.load(m, s + XSWEEPGEN) !== ((sg - 1) | 0)) return 0;
    s = m[s + NEXT];
  }
  return 0;
}

/** Returns the first swept span on `nonempty`, or 0. */
function firstSwept(m: Mem, c: MCentralRef, sg: number): SpanRef {
  for (let s = m[c + NONEMPTY + NEXT]; s !== c + NONEMPTY; s = m[s + NEXT]) {
    if (Atomics.load(m, s + XSWEEPGEN) === sg) return s;
  }
  return 0;
}

function sweepUnlocked(m: Mem, mp: MRef, c: MCentralRef, s: SpanRef): void {
  unlock(m, mp, c);
  sweepSpan(m, mp, s);
  lock(m, mp, c);
}

/** Step 4: moves `s` to the end of `empty`, as cached. */
function takeSpanLocked(m: Mem, c: MCentralRef, s: SpanRef): void {
  const free = m[s + NELEMS] - m[s + NALLOC];
  if (free === 0 || m[s + FREELIST] === 0) fatal('MCENTRAL_EMPTY_SPAN', { span: s, free, freelist: m[s + FREELIST] });
  m[c + NFREE] -= free;
  spanListRemove(m, s);
  spanListInsertBack(m, c + EMPTY, s);
  m[s + INCACHE] = 1;
}

/** Step 5: allocates a span from the heap and links its blocks. Returns 0 if the arena is full. Go's MCentral_Grow. */
function growSpan(m: Mem, mp: MRef, sizeclass: number): SpanRef {
  const s = mheapAlloc(m, mp, classToPages[sizeclass], sizeclass, true);
  if (s === 0) return 0;
  const size = classToSize[sizeclass];
  const n = classToBlocks[sizeclass];
  const step = size >> 2;
  const start = m[s + START];
  const end = (start + Math.imul(n, step)) | 0;
  const last = (end - step) | 0;
  m[s + LIMIT] = end;
  m[s + FREELIST] = start;
  for (let p = start; p < last; ) {
    const next = (p + step) | 0;
    m[p] = next;
    p = next;
  }
  m[last] = 0;
  markSpan(m, start, size, n, size * n < m[s + NPAGES] * PAGE_BYTES);
  return s;
}

/**
 * Takes back the span `s` from an MCache. Preconditions: the world is stopped, `s` has a block
 * in use, and its freebuf is empty. Go's MCentral_UncacheSpan.
 */
export function uncacheSpan(m: Mem, mp: MRef, s: SpanRef): void {
  const c = mcentralAt(m[s + SIZECLASS]);
  lock(m, mp, c);
  m[s + INCACHE] = 0;
  if (m[s + NALLOC] === 0 || m[s + FREEBUF] !== 0) fatal('UNCACHING_UNUSED_SPAN', { span: s });
  const free = m[s + NELEMS] - m[s + NALLOC];
  if (free > 0) {
    m[c + NFREE] += free;
    spanListRemove(m, s);
    spanListInsert(m, c + NONEMPTY, s);
  }
  unlock(m, mp, c);
}

/** Does `s`, a cached span, need uncacheFreedSpan, since blocks of it were freed explicitly? */
export function hasFreed(m: Mem, s: SpanRef): boolean {
  return m[s + FREEBUF] !== 0 || m[s + NALLOC] === 0;
}

/**
 * Takes back the span `s` of which blocks were freed explicitly; it may go back to the heap.
 * Precondition: the world is stopped, and marking has not begun.
 */
export function uncacheFreedSpan(m: Mem, mp: MRef, s: SpanRef): void {
  const c = mcentralAt(m[s + SIZECLASS]);
  lock(m, mp, c);
  reclaimLocked(m, c, s);
  if (m[s + NALLOC] !== 0) {
    unlock(m, mp, c);
    return;
  }
  m[c + NFREE] -= m[s + NELEMS];
  returnSpan(m, mp, c, s);
}

/** Takes back `s` from the MCache of the calling M, with the blocks on its freebuf. */
function reclaimLocked(m: Mem, c: MCentralRef, s: SpanRef): void {
  m[s + INCACHE] = 0;
  for (let p = m[s + FREEBUF]; p !== 0; p = m[s + FREEBUF]) {
    m[s + FREEBUF] = m[p];
    // Only now: until here the owner wrote the bits of neighbouring blocks plainly.
    handedBack(m, s, p);
    m[p] = m[s + FREELIST];
    m[s + FREELIST] = p;
    m[s + NALLOC]--;
  }
  const free = m[s + NELEMS] - m[s + NALLOC];
  if (free === 0) return;
  m[c + NFREE] += free;
  spanListRemove(m, s);
  spanListInsert(m, c + NONEMPTY, s);
}
