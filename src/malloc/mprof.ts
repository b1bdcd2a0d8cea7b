/**
 * The memory profiler's part in malloc: which blocks are sampled. On average one in every
 * `rate` bytes is; a block of `rate` bytes or more always is. The gap to the next sample is
 * drawn evenly from 0 to twice the rate, so that no regularity of the program meets it.
 */
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { callers } from '../machine/callers.ts';
import { fastrand, type MRef } from '../machine/m.ts';
import { MPROF, MProf, countMalloc } from './buckets.ts';
import { FLAG_NOPROFILING } from './flags.ts';
import { MCache, type MCacheRef } from './mcache-record.ts';
import { recordProfiled } from './profiled.ts';

/** Twice the rate must be a positive word. */
export const MAX_RATE = 0x3fffffff;

/** More bytes than any block has. */
export const NEVER = 0x7fffffff;

export const RATE = MPROF + MProf.at.rate;
const { nextSample: NEXT_SAMPLE } = MCache.at;

/** An MCache's first countdown, at its birth and when the rate has changed. */
export function firstSample(m: Mem, mp: MRef): number {
  return m[RATE] === 0 ? NEVER : fastrand(m, mp) % (2 * m[RATE]);
}

/** Bytes from which on a block is always sampled. */
export function alwaysSampled(m: Mem): number {
  return m[RATE] === 0 ? NEVER : m[RATE];
}

/**
 * Go's profilealloc, for a block that malloc has noticed, whatever for: samples it if its turn
 * has come.
 *
 * A block with FLAG_NOPROFILING that is hit is passed over, and the next sample drawn: the
 * others are then hit as often as if it had not been there.
 */
export function profileMalloc(m: Mem, mp: MRef, c: MCacheRef, p: Ref, bytes: number, flags: number): void {
  const rate = m[RATE];
  const left = m[c + NEXT_SAMPLE];
  if (rate === 0) {
    if (left <= 0) m[c + NEXT_SAMPLE] = NEVER;
    return;
  }
  if (bytes >= rate) {
    // The countdown is of the smaller blocks: as if this one had not been.
    m[c + NEXT_SAMPLE] = left + bytes;
  } else {
    if (left > 0) return;
    m[c + NEXT_SAMPLE] = nextSample(m, mp, rate, -left);
  }
  if ((flags & FLAG_NOPROFILING) === 0) mprofMalloc(m, mp, p, bytes);
}

/**
 * Bytes until the next sample. The `remainder` that the sampled block has after the byte that
 * was hit counts, or blocks of about the rate would be sampled too rarely.
 */
function nextSample(m: Mem, mp: MRef, rate: number, remainder: number): number {
  return Math.max(0, (fastrand(m, mp) % (2 * rate)) - remainder);
}

/** Go's MProf_Malloc: records the block `p` of `bytes` bytes under the stack of its allocator. */
function mprofMalloc(m: Mem, mp: MRef, p: Ref, bytes: number): void {
  recordProfiled(m, mp, p, countMalloc(m, mp, bytes, callers(m, mp, 0)));
}
