/**
 * Allocation of a small object: malloc's fast path, and what it does when the MCache's span is used up.
 *
 *   1. Take the first free block of the MCache's span of the size class.
 *   2. If that span is used up, refill it from the mcentral first (the slow path), then help to sweep.
 *   3. Clear the block unless FLAG_NOZERO, and set its scan bit unless FLAG_NOSCAN.
 *   4. If the MCache's countdown has run out, call noticeMalloc.
 *
 * It uses only integers, locals and words of the memory, so that src/compiled can compile it to WebAssembly. It also
 * runs as JavaScript. The caller looks up the size class: WebAssembly has the lookup tables as branches only.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { QUAD_SHIFT, type Ref } from '../memory/address.ts';
import { clearWords } from '../memory/clear.ts';
import { M, type MRef } from '../machine/m.ts';
import { BIT_SCAN, GROUP_MASK, GROUP_SHIFT } from '../heap/bitmap.ts';
import { Span, type SpanRef } from '../heap/span.ts';
import { fencedSpan } from './efence.ts';
import { hasEfence } from './fault.ts';
import { FLAG_NOSCAN, FLAG_NOZERO } from './flags.ts';
import { enterMalloc, leaveMalloc, refillAndLeave } from './help.ts';
import { MCache, type MCacheRef } from './mcache-record.ts';
import { noticeMalloc } from './notice.ts';
import { dieOutOfMemory } from './out-of-memory.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_WORDS = CONFIG + Config.at.ptrWords;
const { mcache: MCACHE } = M.at;
const { freelist: FREELIST, nalloc: NALLOC, elemsize: ELEMSIZE } = Span.at;
const { alloc: ALLOC, nextSample: NEXT_SAMPLE, sampleAll: SAMPLE_ALL, localCacheallocQ: LOCAL_CACHEALLOC_Q } = MCache.at;

// Local names: V8 folds these, and not those of another module.
const NOSCAN = FLAG_NOSCAN;
const NOZERO = FLAG_NOZERO;
const SCAN = BIT_SCAN;
const GROUP = GROUP_SHIFT;
const IN_GROUP = GROUP_MASK;
const QUAD = QUAD_SHIFT;

/**
 * Allocates a block of `sizeclass` for an object of `size` bytes.
 * @param flags a set of FLAG_NOSCAN and the others of flags.ts
 * @returns the ref of its first word
 * @throws Fatal OUT_OF_MEMORY if the arena has no room
 */
export function mallocSmall(m: Mem, mp: MRef, size: number, sizeclass: number, flags: number): Ref {
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

function clearBlock(m: Mem, p: Ref, words: number, pw: number): void {
  if (words > 2 * pw && m[p + pw] !== 0) {
    clearWords(m, p, words);
    return;
  }
  m[p] = 0;
  if (pw === 2) m[p + 1] = 0;
}

/**
 * Gives the MCache `c` a span of `sizeclass` with free blocks, or under efence one for this object alone.
 * @param size bytes of the object, for the message
 * @throws Fatal OUT_OF_MEMORY if the arena has no room
 */
export function refillOrDie(m: Mem, mp: MRef, c: MCacheRef, sizeclass: number, size: number): SpanRef {
  enterMalloc(m, mp);
  const s = hasEfence(m) ? fenceAndLeave(m, mp, size) : refillAndLeave(m, mp, c, sizeclass);
  if (s === 0) dieOutOfMemory(m, mp, size);
  return s;
}

function fenceAndLeave(m: Mem, mp: MRef, size: number): SpanRef {
  const s = fencedSpan(m, mp, size);
  if (s !== 0) leaveMalloc(m, mp);
  return s;
}
