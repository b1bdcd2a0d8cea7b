/**
 * Sampling for the memory profile: on average one sample in every `rate` allocated bytes.
 *
 *   1. Each MCache counts allocated bytes down from a gap drawn evenly from [0, 2 * rate).
 *      A random gap does not correlate with a periodic program.
 *   2. The block that brings the count to 0 is sampled, and a new gap is drawn.
 *   3. A block of `rate` bytes or more is always sampled, and leaves the countdown alone.
 *   4. A sampled block's bucket is recorded, so that its free is counted.
 *
 * Source: profilealloc in malloc.goc and mprof.goc of Go 1.3.
 */
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { callers } from '../machine/callers.ts';
import { fastrand, type MRef } from '../machine/m.ts';
import { MPROF, MProf, countMalloc } from './buckets.ts';
import { FLAG_NOPROFILING } from './flags.ts';
import { MCache, type MCacheRef } from './mcache-record.ts';
import { recordProfiled } from './profiled.ts';

/** The largest rate: twice the rate must fit a word. */
export const MAX_RATE = 0x3fffffff;

/** A countdown, in bytes, that no block reaches. */
export const NEVER = 0x7fffffff;

export const RATE = MPROF + MProf.at.rate;
const { nextSample: NEXT_SAMPLE } = MCache.at;

/** Returns the first gap, in bytes, of an MCache, and of each after a change of the rate. */
export function firstSample(m: Mem, mp: MRef): number {
  return m[RATE] === 0 ? NEVER : fastrand(m, mp) % (2 * m[RATE]);
}

/** Returns the size, in bytes, from which a block is always sampled. */
export function alwaysSampled(m: Mem): number {
  return m[RATE] === 0 ? NEVER : m[RATE];
}

/**
 * Samples the new block `p` of `bytes` bytes if the countdown of `c` has run out. Malloc may
 * have called for another reason. Go's profilealloc.
 *
 * A hit on a block with FLAG_NOPROFILING is not recorded, but the next gap is drawn: the
 * other blocks are then sampled as often as without it.
 */
export function profileMalloc(m: Mem, mp: MRef, c: MCacheRef, p: Ref, bytes: number, flags: number): void {
  const rate = m[RATE];
  const left = m[c + NEXT_SAMPLE];
  if (rate === 0) {
    if (left <= 0) m[c + NEXT_SAMPLE] = NEVER;
    return;
  }
  if (bytes >= rate) {
    // Only smaller blocks count down: undo malloc's subtraction.
    m[c + NEXT_SAMPLE] = left + bytes;
  } else {
    if (left > 0) return;
    m[c + NEXT_SAMPLE] = nextSample(m, mp, rate, -left);
  }
  if ((flags & FLAG_NOPROFILING) === 0) mprofMalloc(m, mp, p, bytes);
}

/**
 * Draws the gap, in bytes, to the next sample. The `remainder` of the sampled block after the
 * byte hit is part of the gap: otherwise blocks of about `rate` bytes are sampled too rarely.
 */
function nextSample(m: Mem, mp: MRef, rate: number, remainder: number): number {
  return Math.max(0, (fastrand(m, mp) % (2 * rate)) - remainder);
}

/** Records the block `p` of `bytes` bytes in the bucket of the current call stack. Go's MProf_Malloc. */
function mprofMalloc(m: Mem, mp: MRef, p: Ref, bytes: number): void {
  recordProfiled(m, mp, p, countMalloc(m, mp, bytes, callers(m, mp, 0)));
}
