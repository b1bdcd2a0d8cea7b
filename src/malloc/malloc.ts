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
 * Steps 3 to 6 are in small.ts, which runs as WebAssembly on threads.
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
import { PAGE_BYTES, QUAD_SHIFT, SMALL_SHIFT, type Low, type Ref } from '../memory/address.ts';
import { refOf } from '../memory/pointer.ts';
import { clearWords } from '../memory/clear.ts';
import { M, type MRef } from '../machine/m.ts';
import { BIT_ALLOCATED, BIT_SCAN, bitsShift, bitsWord } from '../heap/bitmap.ts';
import { MAX_SMALL_SIZE, TINY_SIZE, TINY_SIZE_CLASS, sizeToClass } from '../heap/size-classes.ts';
import { Span } from '../heap/span.ts';
import { leaveMalloc, mallocSmall, refillOrDie } from './compiled.ts';
import { FLAG_NOSCAN, FLAG_NOZERO, TINY_FLAGS } from './flags.ts';
import { enterMalloc } from './help.ts';
import { MCache } from './mcache-record.ts';
import { noticeMalloc } from './notice.ts';
import { mheapAlloc } from './mheap.ts';
import { MAX_ALLOC, dieOutOfMemory } from './out-of-memory.ts';

/** The result of every allocation of 0 bytes: a word outside the arena. */
export const ZEROBASE: Ref = 8;

/** Is `address` that of an object of 0 bytes? */
export function isZeroSized(address: number): boolean {
  return address === ZEROBASE * 4;
}

const PTR_SHIFT = CONFIG + Config.at.ptrShift;
const { mcache: MCACHE } = M.at;
const { start: START, freelist: FREELIST, nalloc: NALLOC, limit: LIMIT } = Span.at;
const { alloc: ALLOC, tiny: TINY, tinysize: TINYSIZE } = MCache.at;
const { nextSample: NEXT_SAMPLE, sampleAll: SAMPLE_ALL } = MCache.at;
const { localCacheallocQ: LOCAL_CACHEALLOC_Q, localTinyallocs: LOCAL_TINYALLOCS } = MCache.at;

// Local names: V8 folds these, and not those of another module.
const MAX_SMALL = MAX_SMALL_SIZE;
const TINY_CLASS = TINY_SIZE_CLASS;
const TINY_BYTES = TINY_SIZE;
const TINY_WORDS = TINY_SIZE / 4;
const SMALL = SMALL_SHIFT;
const TINY_MASK = TINY_FLAGS;
const NOSCAN = FLAG_NOSCAN;
const NOZERO = FLAG_NOZERO;
const SCAN = BIT_SCAN;
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
    if ((flags & TINY_MASK) === NOSCAN) return refOf(m, mallocTiny(m, mp, size));
  }
  return mallocSmall(m, mp, size, sizeToClass(size), flags);
}

/**
 * The tiny allocator: allocates `bytes` pointer-free bytes, 0 < `bytes` < 16, inside a 16-byte
 * block shared with other objects, aligned as the size requires. The block is freed once none
 * of its objects is reachable.
 * @returns the low word of a pointer to it
 * @throws Fatal OUT_OF_MEMORY if the arena has no room
 */
export function mallocTiny(m: Mem, mp: MRef, bytes: number): Low {
  const c = m[mp + MCACHE];
  // Sizes count units of a low word, bytes or pairs of bytes: so no object begins at a byte that a low word can't name.
  const shift = m[PTR_SHIFT];
  const size = shift === SMALL ? bytes : (bytes + 1) >> 1;
  const block = TINY_WORDS << shift;
  const left = m[c + TINYSIZE];
  if (size <= left) {
    const at = alignTiny(m[c + TINY], size, shift);
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
    s = refillOrDie(m, mp, c, TINY_CLASS, bytes);
    p = m[s + FREELIST];
  }
  m[s + FREELIST] = m[p];
  m[s + NALLOC]++;
  clearWords(m, p, TINY_WORDS);
  // Keep the block with more room left for the next objects.
  if (block - size > left) {
    m[c + TINY] = (p << shift) + size;
    m[c + TINYSIZE] = block - size;
  }
  m[c + LOCAL_CACHEALLOC_Q] += TINY_BYTES >> QUAD;
  const untilSample = m[c + NEXT_SAMPLE] - TINY_BYTES;
  m[c + NEXT_SAMPLE] = untilSample;
  if (untilSample <= 0 || TINY_BYTES >= m[c + SAMPLE_ALL]) noticeMalloc(m, mp, c, p, TINY_BYTES, NOSCAN);
  return p << shift;
}

function alignTiny(at: Low, size: number, shift: number): Low {
  if (shift === SMALL && (size & 7) === 0) return (at + 7) & ~7;
  if ((size & 3) === 0) return (at + 3) & ~3;
  if ((size & 1) === 0) return (at + 1) & ~1;
  return at;
}

/** Allocates a large object: a span of its own. Go's largeAlloc. */
function mallocLarge(m: Mem, mp: MRef, size: number, flags: number): Ref {
  if (size > MAX_ALLOC) dieOutOfMemory(m, mp, size);
  enterMalloc(m, mp);
  const npages = Math.ceil(size / PAGE_BYTES);
  const s = mheapAlloc(m, mp, npages, 0, (flags & NOZERO) === 0);
  if (s === 0) dieOutOfMemory(m, mp, size);
  m[s + NALLOC] = 1;
  m[s + LIMIT] = m[s + START] + Math.ceil(size / 8) * 2;
  const p = m[s + START];
  m[bitsWord(m, p)] = (BIT_ALLOCATED | ((flags & NOSCAN) === 0 ? SCAN : 0)) << bitsShift(m, p);
  leaveMalloc(m, mp);
  const c = m[mp + MCACHE];
  const bytes = npages * PAGE_BYTES;
  m[c + NEXT_SAMPLE] -= bytes;
  if (m[c + NEXT_SAMPLE] <= 0 || bytes >= m[c + SAMPLE_ALL]) noticeMalloc(m, mp, c, p, bytes, flags);
  return p;
}

