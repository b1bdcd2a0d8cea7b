/**
 * efence, allocating: every object is on pages of its own, which fault once it is freed and are
 * never used again, to find uses of freed memory. Go's SysFault traps; here the pages are filled
 * with a pattern, and the oracle reports live pointers to them and writes there.
 *
 * Source: the efence flag of GODEBUG in Go 1.3.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { PAGE_BYTES, QUAD_SHIFT } from '../memory/address.ts';
import { M, type MRef } from '../machine/m.ts';
import { BIT_ALLOCATED, GROUP_SHIFT, bitsShift, bitsWord } from '../heap/bitmap.ts';
import { MAX_SMALL_SIZE } from '../heap/size-classes.ts';
import { Span, type SpanRef } from '../heap/span.ts';
import { MCache, type MCacheRef } from './mcache-record.ts';
import { mheapAlloc } from './mheap.ts';

const PTR_WORDS = CONFIG + Config.at.ptrWords;
const { heartbeat: HEARTBEAT } = M.at;
const { start: START, freelist: FREELIST, limit: LIMIT } = Span.at;
const { tiny: TINY, tinysize: TINYSIZE, localCacheallocQ: LOCAL_CACHEALLOC_Q } = MCache.at;

/**
 * Allocates a span whose only free block is for a small object of `size` bytes. No MCache
 * keeps it, so each malloc takes the slow path.
 * @returns 0 if the arena is full
 */
export function fencedSpan(m: Mem, mp: MRef, size: number): SpanRef {
  m[mp + HEARTBEAT]++;
  const s = mheapAlloc(m, mp, Math.ceil(size / PAGE_BYTES), 0, true);
  if (s === 0) return 0;
  const p = m[s + START];
  m[s + FREELIST] = p;
  // A pointer into the first bitmap word finds the block without comparing the limit.
  m[s + LIMIT] = p + Math.max(Math.ceil(size / 8) * 2, m[PTR_WORDS] << GROUP_SHIFT);
  m[bitsWord(m, p)] = BIT_ALLOCATED << bitsShift(m, p);
  return s;
}

/**
 * Corrects the counts after malloc of a small object: the heap has counted the whole span, so
 * its `bytes` are subtracted. Drops the tiny block, so that no other object shares it.
 */
export function noticeFenced(m: Mem, c: MCacheRef, bytes: number): void {
  if (bytes > MAX_SMALL_SIZE) return;
  m[c + LOCAL_CACHEALLOC_Q] -= bytes >> QUAD_SHIFT;
  m[c + TINY] = 0;
  m[c + TINYSIZE] = 0;
}
