/**
 * MCentral: the spans of one class that no P caches: on `nonempty` those known to have free
 * blocks, on `empty` the rest and the cached ones. What needs sweeping may be on either.
 *
 * Swept spans are kept at the end of `empty`, so a search of it can stop at the first.
 */
import { guardedBy } from '../memory/guardian.ts';
import { by, lockField, padding, part, struct, type Mem } from '../memory/struct.ts';
import { globalRecord } from '../memory/segment.ts';
import { PAGE_BYTES, type Ref } from '../memory/address.ts';
import { fatal } from '../base/fatal.ts';
import { lock, unlock } from '../sync/lock.ts';
import type { MRef } from '../machine/m.ts';
import { NUM_SIZE_CLASSES } from '../heap/size-classes.ts';
import { Span, type SpanRef } from '../heap/span.ts';
import { SpanList, spanListInit, spanListInsert, spanListRemove } from '../heap/span-list.ts';
import { unmarkSpan } from '../heap/bitmap.ts';
import { handedBack } from './handed-out.ts';
import { SWEEPGEN, mheapFree } from './mheap.ts';

export type MCentralRef = Ref;

const LOCK_GUARD = guardedBy('mcentral.lock');

export const MCentral = struct('mcentral', 32, {
  lock: lockField('mcentral.lock'),
  nonempty: part('spanlist', SpanList.words, LOCK_GUARD),
  empty: part('spanlist', SpanList.words, LOCK_GUARD),
  /** Free blocks in the spans that no P caches. */
  nfree: by(LOCK_GUARD),
  pad: padding(25),
});

const MCENTRALS: Ref = globalRecord('mcentral', MCentral, NUM_SIZE_CLASSES);
const { nonempty: NONEMPTY, empty: EMPTY, nfree: NFREE } = MCentral.at;
const { freelist: FREELIST, xsweepgen: XSWEEPGEN, nalloc: NALLOC, nelems: NELEMS, incache: INCACHE } = Span.at;
const { needzero: NEEDZERO, start: START, npages: NPAGES, sizeclass: SIZECLASS, freebuf: FREEBUF } = Span.at;

/** mheap.central[sizeclass]. */
export function mcentralAt(sizeclass: number): MCentralRef {
  return MCENTRALS + sizeclass * MCentral.words;
}

export function mcentralInit(m: Mem): void {
  for (let c = 0; c < NUM_SIZE_CLASSES; c++) {
    spanListInit(m, mcentralAt(c) + NONEMPTY);
    spanListInit(m, mcentralAt(c) + EMPTY);
  }
}

/** Takes a span back that a P cached; the world is stopped. Its freebuf is empty. */
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

/** Is there more to do with a cached span than uncacheSpan does? */
export function hasFreed(m: Mem, s: SpanRef): boolean {
  return m[s + FREEBUF] !== 0 || m[s + NALLOC] === 0;
}

/**
 * As uncacheSpan, for a span of which blocks were freed explicitly: it may go back to the
 * heap. The world is stopped, and nobody marks.
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

/** The M whose P cached `s` gives it back, with the blocks that were freed meanwhile. */
export function reclaimLocked(m: Mem, c: MCentralRef, s: SpanRef): void {
  m[s + INCACHE] = 0;
  for (let p = m[s + FREEBUF]; p !== 0; p = m[s + FREEBUF]) {
    m[s + FREEBUF] = m[p];
    // Not before: the owner was changing the bits of the blocks beside it.
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

/** Frees the block at `p` of a swept span that the caller's P doesn't cache. */
export function freeBlock(m: Mem, mp: MRef, s: SpanRef, p: Ref): void {
  const c = mcentralAt(m[s + SIZECLASS]);
  lock(m, mp, c);
  if (m[s + INCACHE] !== 0) {
    m[p] = m[s + FREEBUF];
    m[s + FREEBUF] = p;
    unlock(m, mp, c);
    return;
  }
  handedBack(m, s, p);
  if (m[s + FREELIST] === 0) {
    spanListRemove(m, s);
    spanListInsert(m, c + NONEMPTY, s);
  }
  m[p] = m[s + FREELIST];
  m[s + FREELIST] = p;
  m[s + NALLOC]--;
  m[c + NFREE]++;
  if (m[s + NALLOC] !== 0) {
    unlock(m, mp, c);
    return;
  }
  m[c + NFREE] -= m[s + NELEMS];
  returnSpan(m, mp, c, s);
}

/**
 * Puts the `n` blocks first … last, which a sweep of `s` has freed and linked, on its
 * freelist, and says that the span is swept. True when the whole span went to the heap.
 */
export function freeSpan(m: Mem, mp: MRef, s: SpanRef, n: number, first: Ref, last: Ref): boolean {
  if (m[s + INCACHE] !== 0) fatal('FREESPAN_OF_CACHED_SPAN', { span: s });
  const c = mcentralAt(m[s + SIZECLASS]);
  const wasEmpty = m[s + FREELIST] === 0;
  m[last] = m[s + FREELIST];
  m[s + FREELIST] = first;
  m[s + NALLOC] -= n;
  lock(m, mp, c);
  if (wasEmpty) {
    spanListRemove(m, s);
    spanListInsert(m, c + NONEMPTY, s);
  }
  m[c + NFREE] += n;
  // The signal that the span may be cached: after its freelist is linked and under the lock
  // that those who look for a span hold.
  Atomics.store(m, s + XSWEEPGEN, m[SWEEPGEN]);
  if (m[s + NALLOC] !== 0) {
    unlock(m, mp, c);
    return false;
  }
  m[c + NFREE] -= m[s + NELEMS];
  returnSpan(m, mp, c, s);
  return true;
}

/** Takes a swept span in which nothing is live out of circulation, and says that it is swept. */
export function freeWholeSpan(m: Mem, mp: MRef, s: SpanRef): void {
  if (m[s + INCACHE] !== 0) fatal('FREESPAN_OF_CACHED_SPAN', { span: s });
  const c = mcentralAt(m[s + SIZECLASS]);
  lock(m, mp, c);
  m[c + NFREE] -= m[s + NELEMS] - m[s + NALLOC];
  m[s + NALLOC] = 0;
  Atomics.store(m, s + XSWEEPGEN, m[SWEEPGEN]);
  returnSpan(m, mp, c, s);
}

/** Gives an unused span back to the heap; its mcentral's lock is held, and let go here. */
function returnSpan(m: Mem, mp: MRef, c: MCentralRef, s: SpanRef): void {
  spanListRemove(m, s);
  m[s + NEEDZERO] = 1;
  m[s + FREELIST] = 0;
  unlock(m, mp, c);
  unmarkSpan(m, m[s + START], m[s + NPAGES] * PAGE_BYTES);
  mheapFree(m, mp, s, false);
}
