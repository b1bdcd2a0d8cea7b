/**
 * MCache: a P's spans, one per size class, from which it allocates without a lock.
 *
 *   1. refill, on malloc's slow path: exchange a used-up span at its mcentral.
 *   2. releaseFreed, before marking: return the spans of which blocks were freed explicitly.
 *   3. releaseAll, after marking: return every span, so that the next cycle sweeps them all.
 *
 * Invariant: a cached span is never unswept: releaseAll returns it before sweepgen is raised.
 *
 * Source: mcache.c of Go 1.3.
 */
import type { Mem } from '../memory/struct.ts';
import { addWide, loadWide, storeWide } from '../memory/wide.ts';
import { fatal } from '../base/fatal.ts';
import { lock, unlock } from '../sync/lock.ts';
import { M, type MRef } from '../machine/m.ts';
import { NUM_SIZE_CLASSES } from '../heap/size-classes.ts';
import { Span, emptySpan, type SpanRef } from '../heap/span.ts';
import { MCache, allocSlot, type MCacheRef } from './mcache-record.ts';
import { cacheSpan, hasFreed, uncacheFreedSpan, uncacheSpan } from './mcentral.ts';
import { MHEAP_LOCK } from './mheap-record.ts';
import { MSTATS, MStats } from './mstats.ts';
import { noticeInit } from './notice.ts';
import { flushHeapAllocLocked } from './span-alloc.ts';

const { locks: LOCKS, heartbeat: HEARTBEAT } = M.at;
const { freelist: FREELIST } = Span.at;
const { tiny: TINY, tinysize: TINYSIZE, localNlookup: LOCAL_NLOOKUP, localNlargefree: LOCAL_NLARGEFREE } = MCache.at;
const { localLargefree: LOCAL_LARGEFREE, localNsmallfree: LOCAL_NSMALLFREE } = MCache.at;

/** Initialises an MCache that holds no span. */
export function mcacheInit(m: Mem, c: MCacheRef): void {
  for (let i = 0; i < NUM_SIZE_CLASSES; i++) m[allocSlot(c, i)] = emptySpan(m);
  noticeInit(m, c);
}

/**
 * Replaces the used-up span of `sizeclass` by one with free blocks. Go's MCache_Refill.
 * @returns the new span, or 0 if the arena is full
 */
export function refill(m: Mem, mp: MRef, c: MCacheRef, sizeclass: number): SpanRef {
  m[mp + LOCKS]++;
  m[mp + HEARTBEAT]++;
  const old = m[allocSlot(c, sizeclass)];
  if (m[old + FREELIST] !== 0) fatal('REFILL_OF_NONEMPTY_SPAN', { span: old, sizeclass });
  const s = cacheSpan(m, mp, sizeclass, old);
  m[allocSlot(c, sizeclass)] = s === 0 ? emptySpan(m) : s;
  m[mp + LOCKS]--;
  return s;
}

/** Returns every span of `c` to its mcentral. The world is stopped. Go's MCache_ReleaseAll. */
export function releaseAll(m: Mem, mp: MRef, c: MCacheRef): void {
  for (let i = 0; i < NUM_SIZE_CLASSES; i++) {
    const s = m[allocSlot(c, i)];
    if (s === emptySpan(m)) continue;
    uncacheSpan(m, mp, s);
    m[allocSlot(c, i)] = emptySpan(m);
  }
}

/**
 * Returns the spans of which blocks were freed explicitly. Called before marking: some of them
 * go to the heap, and no span may change state while marking runs.
 */
export function releaseFreed(m: Mem, mp: MRef, c: MCacheRef): void {
  for (let i = 0; i < NUM_SIZE_CLASSES; i++) {
    const s = m[allocSlot(c, i)];
    if (s === emptySpan(m) || !hasFreed(m, s)) continue;
    uncacheFreedSpan(m, mp, s);
    m[allocSlot(c, i)] = emptySpan(m);
  }
}

/** Drops the tiny block before a collection: an MCache is no root, so the sweep may free the block. */
export function dropTiny(m: Mem, c: MCacheRef): void {
  m[c + TINY] = 0;
  m[c + TINYSIZE] = 0;
}

/** Adds the counts of `c` to MStats and clears them. Go's purgecachedstats. */
export function purgeCachedStats(m: Mem, mp: MRef, c: MCacheRef): void {
  lock(m, mp, MHEAP_LOCK);
  flushHeapAllocLocked(m, c);
  addWide(m, MSTATS + MStats.at.nlookup, m[c + LOCAL_NLOOKUP]);
  m[c + LOCAL_NLOOKUP] = 0;
  addWide(m, MSTATS + MStats.at.nlargefree, m[c + LOCAL_NLARGEFREE]);
  m[c + LOCAL_NLARGEFREE] = 0;
  addWide(m, MSTATS + MStats.at.largefree, loadWide(m, c + LOCAL_LARGEFREE));
  storeWide(m, c + LOCAL_LARGEFREE, 0);
  for (let i = 0; i < NUM_SIZE_CLASSES; i++) {
    if (m[c + LOCAL_NSMALLFREE + i] === 0) continue;
    addWide(m, MSTATS + MStats.at.nsmallfree + 2 * i, m[c + LOCAL_NSMALLFREE + i]);
    m[c + LOCAL_NSMALLFREE + i] = 0;
  }
  unlock(m, mp, MHEAP_LOCK);
}
