/**
 * Statistics recounted from the heap.
 *
 *   1. Return all spans and cached counts of the MCaches.
 *   2. Count the live blocks of each span in use.
 *   3. Compare the live bytes with the counter that malloc and the sweep keep.
 *   4. Derive mallocs: live blocks plus freed blocks, by size class.
 *
 * Precondition: the world is stopped. Source: updatememstats and cachestats of Go 1.3's mgc0.c.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { QUAD_SHIFT } from '../memory/address.ts';
import { addWide, loadWide, storeWide } from '../memory/wide.ts';
import { fatal } from '../base/fatal.ts';
import type { MRef } from '../machine/m.ts';
import { pAt } from '../machine/p.ts';
import { NUM_SIZE_CLASSES, classToSize } from '../heap/size-classes.ts';
import { SPAN_STATE, Span, spanAt } from '../heap/span.ts';
import { FixAlloc } from '../malloc/fixalloc.ts';
import { mcacheOf } from '../malloc/mcache-record.ts';
import { purgeCachedStats } from '../malloc/mcache.ts';
import { SPANALLOC, nspan } from '../malloc/mheap.ts';
import { MSTATS, MStats } from '../malloc/mstats.ts';
import { flushallmcaches, takeFreed } from './roots.ts';

const NPROCS = CONFIG + Config.at.nprocs;
const HEAP_ALLOC_Q = MSTATS + MStats.at.heapAllocQ;
const BY_SIZE_NMALLOC = MSTATS + MStats.at.bySizeNmalloc;
const NSMALLFREE = MSTATS + MStats.at.nsmallfree;
const NMALLOC = MSTATS + MStats.at.nmalloc;
const NFREE = MSTATS + MStats.at.nfree;
const TOTAL_ALLOC = MSTATS + MStats.at.totalAlloc;
const { state: STATE, sizeclass: SIZECLASS, elemsize: ELEMSIZE, nalloc: NALLOC } = Span.at;

/** Adds the counts of all MCaches to MStats, and clears them (Go's cachestats). */
export function cachestats(m: Mem, mp: MRef): void {
  for (let i = 0; i < m[NPROCS]; i++) purgeCachedStats(m, mp, mcacheOf(pAt(m, i)));
}

/** Returns the number of blocks and large objects freed so far. Counts that an MCache has not flushed are missing. */
export function countFrees(m: Mem): number {
  let frees = loadWide(m, MSTATS + MStats.at.nlargefree);
  for (let c = 1; c < NUM_SIZE_CLASSES; c++) frees += loadWide(m, NSMALLFREE + 2 * c);
  return frees;
}

/**
 * Recounts objects, mallocs, frees and bytes in MStats (Go's updatememstats).
 * @throws Fatal MSTATS_SKEW if the counted live bytes differ from the fast counter
 */
export function updatememstats(m: Mem, mp: MRef): void {
  takeFreed(m, mp);
  flushallmcaches(m, mp);
  cachestats(m, mp);
  for (let c = 0; c < NUM_SIZE_CLASSES; c++) storeWide(m, BY_SIZE_NMALLOC + 2 * c, 0);
  let objects = 0;
  let allocQ = 0;
  const n = nspan(m);
  for (let i = 0; i < n; i++) {
    const s = spanAt(m, i);
    if (m[s + STATE] !== SPAN_STATE.inUse) continue;
    objects += m[s + NALLOC];
    allocQ += m[s + NALLOC] * (m[s + ELEMSIZE] >>> QUAD_SHIFT);
    if (m[s + SIZECLASS] !== 0) addWide(m, BY_SIZE_NMALLOC + 2 * m[s + SIZECLASS], m[s + NALLOC]);
  }
  if (allocQ !== m[HEAP_ALLOC_Q]) fatal('MSTATS_SKEW', { counted: allocQ * 8, kept: m[HEAP_ALLOC_Q] * 8 });
  let frees = loadWide(m, MSTATS + MStats.at.nlargefree);
  let freedBytes = loadWide(m, MSTATS + MStats.at.largefree);
  for (let c = 1; c < NUM_SIZE_CLASSES; c++) {
    const freed = loadWide(m, NSMALLFREE + 2 * c);
    addWide(m, BY_SIZE_NMALLOC + 2 * c, freed);
    frees += freed;
    freedBytes += freed * classToSize[c];
  }
  // A tiny object counts as allocated and freed; only its block is an object of the heap.
  const tiny = loadWide(m, MSTATS + MStats.at.tinyallocs);
  storeWide(m, MSTATS + MStats.at.mspanInuse, m[SPANALLOC + FixAlloc.at.inuse] * Span.words * 4);
  storeWide(m, NFREE, frees + tiny);
  storeWide(m, NMALLOC, objects + frees + tiny);
  storeWide(m, MSTATS + MStats.at.heapObjects, objects);
  storeWide(m, TOTAL_ALLOC, allocQ * 8 + freedBytes);
}
