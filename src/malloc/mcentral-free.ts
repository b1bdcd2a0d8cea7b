/**
 * How blocks come back to an mcentral: from a sweep, or freed explicitly by the program.
 *
 *   1. Lock the mcentral.
 *   2. Put the blocks on their span's freelist, and the span on `nonempty` if it had none.
 *   3. If all blocks of the span are free now, take it off its list, unlock, clear its bits in
 *      the bitmap and free it to the heap. Otherwise unlock.
 *
 * Invariant: a span leaves its list before the lock is released; from then on no refill can
 * find it.
 *
 * Source: mcentral.c of Go 1.3 (MCentral_FreeSpan).
 */
import type { Mem } from '../memory/struct.ts';
import { PAGE_BYTES, type Ref } from '../memory/address.ts';
import { fatal } from '../base/fatal.ts';
import { lock, unlock } from '../sync/lock.ts';
import type { MRef } from '../machine/m.ts';
import { unmarkSpan } from '../heap/bitmap.ts';
import { Span, type SpanRef } from '../heap/span.ts';
import { spanListInsert, spanListRemove } from '../heap/span-list.ts';
import { handedBack } from './handed-out.ts';
import { MCentral, mcentralAt, type MCentralRef } from './mcentral-record.ts';
import { SWEEPGEN } from './mheap-record.ts';
import { mheapFree } from './span-alloc.ts';

const { nonempty: NONEMPTY, nfree: NFREE } = MCentral.at;
const { freelist: FREELIST, xsweepgen: XSWEEPGEN, nalloc: NALLOC, nelems: NELEMS, incache: INCACHE } = Span.at;
const { needzero: NEEDZERO, start: START, npages: NPAGES, sizeclass: SIZECLASS, freebuf: FREEBUF } = Span.at;

/** Frees the block at `p` of the swept span `s`, which the caller's P does not cache. */
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
 * Prepends the `n` blocks first … last, which a sweep of `s` has freed and linked, to its
 * freelist, and publishes the span as swept. Go's MCentral_FreeSpan.
 * @returns true if the span went back to the heap
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
  // This store publishes the span: from now on a refill may cache it. It comes after the
  // freelist is linked, and under the lock that cacheSpan holds.
  Atomics.store(m, s + XSWEEPGEN, m[SWEEPGEN]);
  if (m[s + NALLOC] !== 0) {
    unlock(m, mp, c);
    return false;
  }
  m[c + NFREE] -= m[s + NELEMS];
  returnSpan(m, mp, c, s);
  return true;
}

/** Returns the span `s`, of which a sweep has found no block reached, to the heap, and publishes it as swept. */
export function freeWholeSpan(m: Mem, mp: MRef, s: SpanRef): void {
  if (m[s + INCACHE] !== 0) fatal('FREESPAN_OF_CACHED_SPAN', { span: s });
  const c = mcentralAt(m[s + SIZECLASS]);
  lock(m, mp, c);
  m[c + NFREE] -= m[s + NELEMS] - m[s + NALLOC];
  m[s + NALLOC] = 0;
  Atomics.store(m, s + XSWEEPGEN, m[SWEEPGEN]);
  returnSpan(m, mp, c, s);
}

/** Returns the unused span `s` to the heap. Precondition: the lock of its mcentral `c` is held; it is released here. */
export function returnSpan(m: Mem, mp: MRef, c: MCentralRef, s: SpanRef): void {
  spanListRemove(m, s);
  m[s + NEEDZERO] = 1;
  m[s + FREELIST] = 0;
  unlock(m, mp, c);
  unmarkSpan(m, m[s + START], m[s + NPAGES] * PAGE_BYTES);
  mheapFree(m, mp, s, false);
}
