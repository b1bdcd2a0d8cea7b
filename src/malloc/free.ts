/**
 * Explicit free: the caller knows that a block is unused and returns it without a collection.
 *
 *   1. Find the span, and sweep it if it is unswept.
 *   2. Drop the block's specials.
 *   3. Free a large object's span to the heap; put a small block on a freelist, as follows.
 *
 * Invariant: a span's freelist and its bitmap words have one writer at a time.
 *
 *   - If this P's MCache holds the span, this M owns it and writes plainly.
 *   - If another P's MCache holds it, the block goes on the span's `freebuf` under the mcentral's
 *     lock. Neither malloc nor marking reads freebuf; the owner takes it over, under the same
 *     lock, when it returns the span.
 *   - If no MCache holds it, none can take it: that needs the mcentral's lock, held here.
 *
 * No sweeper touches the span: it is swept, and m.locks > 0 prevents the next collection from
 * starting before the block is on a list.
 *
 * Source: runtime·free in malloc.goc of Go 1.3, without its per-P list of freed blocks.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { PAGE_BYTES, QUAD_SHIFT, type Ref } from '../memory/address.ts';
import { addWide } from '../memory/wide.ts';
import { fatal } from '../base/fatal.ts';
import { racyLoad } from '../sync/racy.ts';
import { M, type MRef } from '../machine/m.ts';
import { unmarkSpan } from '../heap/bitmap.ts';
import { TINY_SIZE } from '../heap/size-classes.ts';
import { Span, type SpanRef } from '../heap/span.ts';
import { blockBase, mlookup } from './lookup.ts';
import { MCache, allocSlot } from './mcache-record.ts';
import { hasEfence, mheapFault } from './fault.ts';
import { handedBack, mayFree, tellFreed } from './handed-out.ts';
import { freeBlock } from './mcentral-free.ts';
import { mheapFree } from './span-alloc.ts';
import { enterMalloc } from './help.ts';
import { freeProfiled } from './profiled.ts';
import { freeAllSpecials } from './specials.ts';
import { NEEDS_ZEROING, ensureSwept } from './sweep.ts';
import { tracefree, traces } from './trace.ts';

const PTR_WORDS = CONFIG + Config.at.ptrWords;
const { mcache: MCACHE, mallocing: MALLOCING, locks: LOCKS } = M.at;
const { freelist: FREELIST, nalloc: NALLOC, sizeclass: SIZECLASS, elemsize: ELEMSIZE } = Span.at;
const { needzero: NEEDZERO, specials: SPECIALS } = Span.at;
const { localCacheallocQ: LOCAL_CACHEALLOC_Q, localNsmallfree: LOCAL_NSMALLFREE, nfreed: NFREED } = MCache.at;
const { localNlargefree: LOCAL_NLARGEFREE, localLargefree: LOCAL_LARGEFREE } = MCache.at;

/**
 * Frees the block at `p`, to which no reference is left; does nothing if `p` is 0, or if the collector
 * must not lose blocks now: then the next collection frees it. The goal of the next collection is unchanged.
 * @throws Fatal if `p` is not the start of a block, if the block is under 16 bytes (it may be
 *   shared), or if it has a finalizer
 */
export function free(m: Mem, mp: MRef, p: Ref): void {
  if (p === 0 || !mayFree(m)) return;
  enterMalloc(m, mp);
  m[mp + LOCKS]++;
  const s = mlookup(m, mp, p);
  if (s === 0 || blockBase(m, s, p) !== p) fatal('FREE_OF_NO_BLOCK', { message: 'free: not an allocated block', p });
  const bytes = m[s + ELEMSIZE] >>> 0;
  if (bytes < TINY_SIZE) fatal('FREE_OF_TOO_SMALL_BLOCK', { p, bytes });
  // The sweep of an unswept span would free the block a second time.
  ensureSwept(m, mp, s);
  // Racy: other Ms may add specials to other blocks, but none adds one to a block being freed.
  if (racyLoad(m, s + SPECIALS) !== 0) freeAllSpecials(m, mp, s, p);
  freeProfiled(m, mp, p);
  if (traces(m)) tracefree(m, mp, p, bytes);
  m[m[mp + MCACHE] + NFREED]++;
  if (m[s + SIZECLASS] === 0) freeLarge(m, mp, s, p, bytes);
  else freeSmall(m, mp, s, p, bytes);
  m[mp + LOCKS]--;
  m[mp + MALLOCING] = 0;
}

function freeLarge(m: Mem, mp: MRef, s: SpanRef, p: Ref, bytes: number): void {
  const c = m[mp + MCACHE];
  m[c + LOCAL_NLARGEFREE]++;
  addWide(m, c + LOCAL_LARGEFREE, bytes);
  // Clear the block's words before the heap owns the span: it may coalesce it or hand it out.
  tellFreed(m, p);
  unmarkSpan(m, p, PAGE_BYTES);
  m[s + NEEDZERO] = 1;
  m[s + NALLOC] = 0;
  if (hasEfence(m)) mheapFault(m, mp, s, true);
  else mheapFree(m, mp, s, true);
}

function freeSmall(m: Mem, mp: MRef, s: SpanRef, p: Ref, bytes: number): void {
  const c = m[mp + MCACHE];
  const sizeclass = m[s + SIZECLASS];
  m[c + LOCAL_NSMALLFREE + sizeclass]++;
  m[c + LOCAL_CACHEALLOC_Q] -= bytes >> QUAD_SHIFT;
  noteDirty(m, p, bytes >> 2);
  if (m[allocSlot(c, sizeclass)] === s) {
    handedBack(m, s, p);
    m[p] = m[s + FREELIST];
    m[s + FREELIST] = p;
    m[s + NALLOC]--;
    return;
  }
  freeBlock(m, mp, s, p);
}

/** Marks a free block of `words` words as dirty in its second word; a block of up to two words is always cleared. */
function noteDirty(m: Mem, p: Ref, words: number): void {
  const pw = m[PTR_WORDS];
  const second = words > 2 * pw ? NEEDS_ZEROING : 0;
  for (let i = pw; i < 2 * pw; i++) m[p + i] = second;
}
