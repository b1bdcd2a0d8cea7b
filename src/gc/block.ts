/** Finding the block that a pointer points at or into. */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { PAGE_WORD_SHIFT } from '../memory/address.ts';
import { BIT_ALLOCATED, BIT_SCAN, GROUP_MASK, GROUP_SHIFT } from '../heap/bitmap.ts';
import { SPAN_STATE, Span } from '../heap/span.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const SPAN_MAP = CONFIG + Config.at.spanMap;
const PTR_WORDS = CONFIG + Config.at.ptrWords;
const { start: START, limit: LIMIT, state: STATE, sizeclass: SIZECLASS, elemsize: ELEMSIZE } = Span.at;

/** No block that the collector manages. */
export const NO_BLOCK = -1;

/**
 * Returns the start of the block that the interior heap word at `off` belongs to, or NO_BLOCK. Both
 * are words from the arena's start. Searches the word's bitmap word backwards for a start, then
 * asks the span table. The world is stopped.
 */
export function findBlock(m: Mem, off: number): number {
  const arena = m[ARENA];
  const wordShift = m[PTR_WORDS] - 1;
  const shift = (off >> wordShift) & GROUP_MASK;
  const bits = m[arena - ((off >> (GROUP_SHIFT + wordShift)) << 1) - 2];
  for (let j = shift; j-- > 0; ) {
    if (((bits >>> j) & (BIT_ALLOCATED | BIT_SCAN)) !== 0) return off - ((shift - j) << wordShift);
  }
  const s = m[m[SPAN_MAP] + (off >> PAGE_WORD_SHIFT)];
  const ref = arena + off;
  // The span map keeps stale entries inside free runs, so check the span itself.
  if (s === 0 || ref < m[s + START] || ref >= m[s + LIMIT] || m[s + STATE] !== SPAN_STATE.inUse) return NO_BLOCK;
  if (m[s + SIZECLASS] === 0) return m[s + START] - arena;
  const words = m[s + ELEMSIZE] >>> 2;
  return m[s + START] - arena + Math.floor((ref - m[s + START]) / words) * words;
}
