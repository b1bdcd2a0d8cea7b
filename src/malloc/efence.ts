/**
 * Go's efence, for finding who uses memory that was freed: every object lies on pages of its
 * own, which are taken away when it is freed and never used again. Where Go has SysFault the
 * pages are filled with a pattern: the oracle tells who points at them, or has written there.
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
 * A span for one small object of `size` bytes, which is its only free block. No MCache keeps
 * it, so that each malloc comes here. 0 when the arena is full.
 */
export function fencedSpan(m: Mem, mp: MRef, size: number): SpanRef {
  m[mp + HEARTBEAT]++;
  const s = mheapAlloc(m, mp, Math.ceil(size / PAGE_BYTES), 0, true);
  if (s === 0) return 0;
  const p = m[s + START];
  m[s + FREELIST] = p;
  // Whatever points into the first bitmap word finds the block there, without a look at the limit.
  m[s + LIMIT] = p + Math.max(Math.ceil(size / 8) * 2, m[PTR_WORDS] << GROUP_SHIFT);
  m[bitsWord(m, p)] = BIT_ALLOCATED << bitsShift(m, p);
  return s;
}

/**
 * A small object has been taken from its span, and its `bytes` counted: but the heap has
 * counted the span already. And no other tiny object shares its block.
 */
export function noticeFenced(m: Mem, c: MCacheRef, bytes: number): void {
  if (bytes > MAX_SMALL_SIZE) return;
  m[c + LOCAL_CACHEALLOC_Q] -= bytes >> QUAD_SHIFT;
  m[c + TINY] = 0;
  m[c + TINYSIZE] = 0;
}
