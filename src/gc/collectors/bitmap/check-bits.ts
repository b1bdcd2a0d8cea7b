/**
 * Checks of single blocks against the bitmap, as the runtime of 2011 could make them where
 * blocks changed hands. They run with --verify.
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import type { Ref } from '../../../memory/address.ts';
import { fatal } from '../../../base/fatal.ts';
import { BIT_ALLOCATED, BIT_MARKED, BIT_SCAN, bitsShift, bitsWord, markShift } from '../../../heap/bitmap.ts';

const VERIFY = CONFIG + Config.at.verify;

/** Reports whether blocks are checked: with --verify, which is Go's `runtime·checking`. */
export function checksBlocks(m: Mem): boolean {
  return m[VERIFY] !== 0;
}

/**
 * Checks that the newly allocated `p` is the start of a block without a mark. Go's
 * checkallocated.
 * @throws Fatal BLOCK_NOT_ALLOCATED
 */
export function checkallocated(m: Mem, p: Ref): void {
  const bits = m[bitsWord(m, p)] >>> bitsShift(m, p);
  if ((bits & BIT_ALLOCATED) === 0 || isMarked(m, p)) fatal('BLOCK_NOT_ALLOCATED', { block: p, bits: bits & (BIT_ALLOCATED | BIT_SCAN) });
}

/**
 * Checks that the free block at `p` has neither a scan bit nor a mark. In 2011 its allocated
 * bit was clear; here, as in Go 1.3, a free block keeps it. Go's checkfreed.
 * @throws Fatal BLOCK_NOT_FREED
 */
export function checkfreed(m: Mem, p: Ref): void {
  const bits = m[bitsWord(m, p)] >>> bitsShift(m, p);
  if ((bits & BIT_ALLOCATED) === 0 || (bits & BIT_SCAN) !== 0 || isMarked(m, p)) {
    fatal('BLOCK_NOT_FREED', { block: p, bits: bits & (BIT_ALLOCATED | BIT_SCAN) });
  }
}

function isMarked(m: Mem, p: Ref): boolean {
  return ((m[bitsWord(m, p) + 1] >>> markShift(bitsShift(m, p))) & BIT_MARKED) !== 0;
}
