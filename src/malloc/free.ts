/**
 * Go's runtime·free: a block is given back by who knows that nobody uses it any more, without
 * waiting for a collection.
 *
 * A span's freelist has one writer at a time, and so have its words of the bitmap:
 *
 *   - The span is in the MCache of this P: this M is its owner, and changes it plainly.
 *   - Another P caches it: the block goes on the span's `freebuf`, under the mcentral's lock,
 *     which neither the owner's malloc nor anybody's marking looks at. The owner takes it over
 *     when it gives the span back, under the same lock.
 *   - Nobody caches it: a cache could get it only under the mcentral's lock, which is held.
 *
 * No sweeper is at the span: it is swept, and m.locks keeps the next collection from
 * beginning until the block is on a list.
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
import { handedBack, tellFreed } from './handed-out.ts';
import { freeBlock } from './mcentral.ts';
import { mheapFree } from './mheap.ts';
import { enterMalloc } from './malloc.ts';
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
 * Frees the block that begins at `p`, which nothing refers to; 0 is nothing to free. The goal
 * of the next collection stays. Blocks under 16 bytes may be shared, and those with a
 * finalizer are the finalizer's: they can't be freed.
 */
export function free(m: Mem, mp: MRef, p: Ref): void {
  if (p === 0) return;
  enterMalloc(m, mp);
  m[mp + LOCKS]++;
  const s = mlookup(m, mp, p);
  if (s === 0 || blockBase(m, s, p) !== p) fatal('FREE_OF_NO_BLOCK', { message: 'free: not an allocated block', p });
  const bytes = m[s + ELEMSIZE] >>> 0;
  if (bytes < TINY_SIZE) fatal('FREE_OF_TOO_SMALL_BLOCK', { p, bytes });
  // Into an unswept span it would be freed once more by its sweep.
  ensureSwept(m, mp, s);
  // Racy: others may add specials beside, but to a block that is freed nobody adds any.
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
  // Before the heap has it: it may join it with other spans, and give it away.
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

/** Second word of a free block: not 0, so that malloc clears it; of two words, 0 as malloc gives it. */
function noteDirty(m: Mem, p: Ref, words: number): void {
  const pw = m[PTR_WORDS];
  const second = words > 2 * pw ? NEEDS_ZEROING : 0;
  for (let i = pw; i < 2 * pw; i++) m[p + i] = second;
}
