/**
 * malloc. The fast path takes a block from the MCache's span and takes no lock:
 *
 *   1. Objects over 32 KB get a span of their own (mallocLarge).
 *   2. Pointer-free objects under 16 bytes share blocks (mallocTiny).
 *   3. Otherwise round up to a size class and take the first free block of the MCache's span.
 *   4. If that span is used up, refill it from the mcentral (the slow path; see mheap.ts for
 *      the hierarchy behind it), then help to sweep.
 *   5. Clear the block unless FLAG_NOZERO, and set its scan bit unless FLAG_NOSCAN.
 *   6. If the MCache's countdown has run out, call noticeMalloc.
 *
 * Invariants: a free block is clean beyond its first word if its second word is zero, so only
 * blocks with a nonzero second word need clearing; blocks of one or two words are always
 * cleared. A span from the heap is cleared when it is carved.
 *
 * No function of malloc is a safe point: the runtime roots the result, then may collect.
 *
 * Source: malloc.goc of Go 1.3.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { PAGE_BYTES, QUAD_SHIFT, type Ref } from '../memory/address.ts';
import { clearWords } from '../memory/clear.ts';
import { loadWide } from '../memory/wide.ts';
import { fatal, outOfMemory } from '../base/fatal.ts';
import { M, type MRef } from '../machine/m.ts';
import { BIT_ALLOCATED, BIT_SCAN, GROUP_MASK, GROUP_SHIFT, bitsShift, bitsWord } from '../heap/bitmap.ts';
import { MAX_SMALL_SIZE, TINY_SIZE, TINY_SIZE_CLASS, sizeToClass } from '../heap/size-classes.ts';
import { Span, type SpanRef } from '../heap/span.ts';
import { refusedMemory } from './arena.ts';
import { gchelpwork } from './help.ts';
import { fencedSpan } from './efence.ts';
import { hasEfence } from './fault.ts';
import { MCache, type MCacheRef } from './mcache-record.ts';
import { FLAG_NOSCAN, FLAG_NOZERO, TINY_FLAGS } from './flags.ts';
import { refill } from './mcache.ts';
import { MSTATS, MStats } from './mstats.ts';
import { noticeMalloc } from './notice.ts';
import { mheapAlloc } from './mheap.ts';

/** The result of every allocation of 0 bytes: a word outside the arena. */
export const ZEROBASE: Ref = 8;

/** Is `address` (a byte offset) that of an object of 0 bytes? */
export function isZeroSized(address: number): boolean {
  return address === ZEROBASE * 4;
}

/** Bytes; larger than any arena. Larger requests are refused before the size overflows a word. */
const MAX_ALLOC = 2 ** 32;

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_WORDS = CONFIG + Config.at.ptrWords;
const { mcache: MCACHE, mallocing: MALLOCING } = M.at;
const { start: START, freelist: FREELIST, nalloc: NALLOC, elemsize: ELEMSIZE, limit: LIMIT } = Span.at;
const { alloc: ALLOC, tiny: TINY, tinysize: TINYSIZE } = MCache.at;
const { nextSample: NEXT_SAMPLE, sampleAll: SAMPLE_ALL } = MCache.at;
const { localCacheallocQ: LOCAL_CACHEALLOC_Q, localTinyallocs: LOCAL_TINYALLOCS } = MCache.at;

// Local names: V8 folds these, and not those of another module.
const MAX_SMALL = MAX_SMALL_SIZE;
const TINY_CLASS = TINY_SIZE_CLASS;
const TINY_BYTES = TINY_SIZE;
const TINY_MASK = TINY_FLAGS;
const NOSCAN = FLAG_NOSCAN;
const NOZERO = FLAG_NOZERO;
const SCAN = BIT_SCAN;
const GROUP = GROUP_SHIFT;
const IN_GROUP = GROUP_MASK;
const QUAD = QUAD_SHIFT;
const ZERO_BLOCK = ZEROBASE;

/**
 * Allocates a block of at least `size` bytes, zeroed unless FLAG_NOZERO. Go's mallocgc.
 * @param flags a set of FLAG_NOSCAN and the others of flags.ts
 * @returns the ref of its first word
 * @throws Fatal OUT_OF_MEMORY if the arena has no room
 */
export function mallocgc(m: Mem, mp: MRef, size: number, flags: number): Ref {
  if (size > MAX_SMALL) return mallocLarge(m, mp, size, flags);
  if (size < TINY_BYTES) {
    if (size === 0) return ZERO_BLOCK;
    if ((flags & TINY_MASK) === NOSCAN) return mallocTiny(m, mp, size) >>> 2;
  }
  const sizeclass = sizeToClass(size);
  const c = m[mp + MCACHE];
  let s = m[c + ALLOC + sizeclass];
  let p = m[s + FREELIST];
  if (p === 0) {
    s = refillOrDie(m, mp, c, sizeclass, size);
    p = m[s + FREELIST];
  }
  m[s + FREELIST] = m[p];
  m[s + NALLOC]++;
  const bytes = m[s + ELEMSIZE];
  const pw = m[PTR_WORDS];
  if ((flags & NOZERO) === 0) clearBlock(m, p, bytes >> 2, pw);
  m[c + LOCAL_CACHEALLOC_Q] += bytes >> QUAD;
  if ((flags & NOSCAN) === 0) {
    const arena = m[ARENA];
    const off = (p - arena) >> (pw - 1);
    m[arena - ((off >> GROUP) << 1) - 2] |= SCAN << (off & IN_GROUP);
  }
  const left = m[c + NEXT_SAMPLE] - bytes;
  m[c + NEXT_SAMPLE] = left;
  if (left <= 0 || bytes >= m[c + SAMPLE_ALL]) noticeMalloc(m, mp, c, p, bytes, flags);
  return p;
}

/**
 * The tiny allocator: allocates `size` pointer-free bytes, 0 < `size` < 16, inside a 16-byte
 * block shared with other objects, aligned as the size requires. The block is freed once none
 * of its objects is reachable.
 * @returns a byte offset in the memory, as the low word of a pointer holds it
 * @throws Fatal OUT_OF_MEMORY if the arena has no room
 */
export function mallocTiny(m: Mem, mp: MRef, size: number): number {
  const c = m[mp + MCACHE];
  const left = m[c + TINYSIZE];
  if (size <= left) {
    const at = alignTiny(m[c + TINY], size);
    const used = size + (at - m[c + TINY]);
    if (used <= left) {
      m[c + TINY] = at + size;
      m[c + TINYSIZE] = left - used;
      m[c + LOCAL_TINYALLOCS]++;
      return at;
    }
  }
  let s = m[c + ALLOC + TINY_CLASS];
  let p = m[s + FREELIST];
  if (p === 0) {
    s = refillOrDie(m, mp, c, TINY_CLASS, size);
    p = m[s + FREELIST];
  }
  m[s + FREELIST] = m[p];
  m[s + NALLOC]++;
  clearWords(m, p, TINY_BYTES >> 2);
  // Keep the block with more bytes left for the next objects.
  if (TINY_BYTES - size > left) {
    m[c + TINY] = (p << 2) + size;
    m[c + TINYSIZE] = TINY_BYTES - size;
  }
  m[c + LOCAL_CACHEALLOC_Q] += TINY_BYTES >> QUAD;
  const untilSample = m[c + NEXT_SAMPLE] - TINY_BYTES;
  m[c + NEXT_SAMPLE] = untilSample;
  if (untilSample <= 0 || TINY_BYTES >= m[c + SAMPLE_ALL]) noticeMalloc(m, mp, c, p, TINY_BYTES, NOSCAN);
  return p << 2;
}

function alignTiny(at: number, size: number): number {
  if ((size & 7) === 0) return (at + 7) & ~7;
  if ((size & 3) === 0) return (at + 3) & ~3;
  if ((size & 1) === 0) return (at + 1) & ~1;
  return at;
}

function clearBlock(m: Mem, p: Ref, words: number, pw: number): void {
  if (words > 2 * pw && m[p + pw] !== 0) {
    clearWords(m, p, words);
    return;
  }
  m[p] = 0;
  if (pw === 2) m[p + 1] = 0;
}

/** Allocates a large object: a span of its own. Go's largeAlloc. */
function mallocLarge(m: Mem, mp: MRef, size: number, flags: number): Ref {
  if (size >= MAX_ALLOC) dieOutOfMemory(m, mp, size);
  enterMalloc(m, mp);
  const npages = Math.ceil(size / PAGE_BYTES);
  const s = mheapAlloc(m, mp, npages, 0, (flags & NOZERO) === 0);
  if (s === 0) dieOutOfMemory(m, mp, size);
  m[s + NALLOC] = 1;
  m[s + LIMIT] = m[s + START] + Math.ceil(size / 8) * 2;
  const p = m[s + START];
  m[bitsWord(m, p)] = (BIT_ALLOCATED | ((flags & NOSCAN) === 0 ? SCAN : 0)) << bitsShift(m, p);
  m[mp + MALLOCING] = 0;
  gchelpwork(m, mp);
  const c = m[mp + MCACHE];
  const bytes = npages * PAGE_BYTES;
  m[c + NEXT_SAMPLE] -= bytes;
  if (m[c + NEXT_SAMPLE] <= 0 || bytes >= m[c + SAMPLE_ALL]) noticeMalloc(m, mp, c, p, bytes, flags);
  return p;
}

function refillOrDie(m: Mem, mp: MRef, c: MCacheRef, sizeclass: number, size: number): SpanRef {
  enterMalloc(m, mp);
  const s = hasEfence(m) ? fencedSpan(m, mp, size) : refill(m, mp, c, sizeclass);
  if (s === 0) dieOutOfMemory(m, mp, size);
  m[mp + MALLOCING] = 0;
  gchelpwork(m, mp);
  return s;
}

/**
 * Enters the part of malloc or free that takes locks, in which the M must not allocate. The
 * caller clears M.mallocing at the end.
 * @throws Fatal MALLOC_DEADLOCK if the M is in it already
 */
export function enterMalloc(m: Mem, mp: MRef): void {
  if (m[mp + MALLOCING] !== 0) fatal('MALLOC_DEADLOCK', { mp });
  m[mp + MALLOCING] = 1;
}

function dieOutOfMemory(m: Mem, mp: MRef, size: number): never {
  m[mp + MALLOCING] = 0;
  outOfMemory('arena', {
    size,
    refused: refusedMemory(m),
    arenaBytes: (m[CONFIG + Config.at.arenaEnd] - m[ARENA]) * 4,
    inuseBytes: loadWide(m, MSTATS + MStats.at.heapInuse),
    liveBytes: m[MSTATS + MStats.at.heapAllocQ] * 8,
  });
}
