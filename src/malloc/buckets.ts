/**
 * Buckets of the memory profile: one for each call stack and block size, in a hash table, with
 * counts of sampled blocks and of those freed. All blocks of a bucket have its size, so it
 * counts no bytes.
 *
 * A malloc is counted at once, but a free only when its span is swept, perhaps long after the
 * collection. A profile of the current counts would be biased towards mallocs. So counts pass
 * through three stages:
 *
 *   1. A malloc, and an explicit free, count as `recent`; a free by a sweep counts as `prev`.
 *   2. A collection adds `prev` to the published counts, and moves `recent` to `prev`.
 *   3. The published counts are those of the last completed cycle.
 *
 * Invariant: allocs - frees, summed over the stages, == blocks that name the bucket.
 *
 * Source: mprof.goc of Go 1.3.
 */
import { atCreation, guardedBy, stoppedWorld } from '../memory/guardian.ts';
import { onList } from '../memory/regions.ts';
import { by, lockField, struct, type Mem } from '../memory/struct.ts';
import { globalRecord } from '../memory/segment.ts';
import type { Ref } from '../memory/address.ts';
import { addWide, loadWide, storeWide } from '../memory/wide.ts';
import { lock, unlock } from '../sync/lock.ts';
import type { MRef } from '../machine/m.ts';
import { MSTATS, MStats } from './mstats.ts';
import { persistentalloc } from './persistent.ts';

export type BucketRef = Ref;

const GUARD = guardedBy('proflock');

export const MProf = struct('mprof', 16, {
  lock: lockField('proflock'),
  /** Go's MemProfileRate: mean bytes between two samples, 0 for no profile. */
  rate: by(stoppedWorld()),
  /** Hash table of buckets, 0 before the first sample. */
  buckhash: by(GUARD),
  /** List of all buckets, the newest first. */
  buckets: by(GUARD),
  /** Map from block to bucket with the collector of 2010: see addr-buckets.ts. */
  addrhash: by(GUARD),
  /** Free entries of that map. */
  addrfree: by(GUARD),
});

export const MPROF: Ref = globalRecord('mprof', MProf);
export const PROFLOCK = MPROF + MProf.at.lock;

/** The stack follows: `nstk` words, the innermost pc first. */
export const Bucket = struct('bucket', 17, {
  next: by(GUARD),
  allnext: by(atCreation()),
  hash: by(atCreation()),
  nstk: by(atCreation()),
  /** Bytes of each block. */
  size: by(atCreation()),
  /** Published counts: up to the last completed cycle. */
  allocs: by(GUARD, 2),
  frees: by(GUARD, 2),
  /** Counts of the cycle being swept. */
  prevAllocs: by(GUARD, 2),
  prevFrees: by(GUARD, 2),
  /** Counts since the last collection. */
  recentAllocs: by(GUARD, 2),
  recentFrees: by(GUARD, 2),
});

onList(Bucket, 'bucket', MPROF + MProf.at.buckets, Bucket.at.allnext);

export const BUCK_HASH_SIZE = 179_999;

const BUCKHASH_SYS = MSTATS + MStats.at.buckhashSys;
const { buckhash: BUCKHASH, buckets: BUCKETS } = MProf.at;
const { next: NEXT, allnext: ALLNEXT, hash: HASH, nstk: NSTK, size: SIZE } = Bucket.at;
const { allocs: ALLOCS, frees: FREES, prevAllocs: PREV_ALLOCS, prevFrees: PREV_FREES } = Bucket.at;
const { recentAllocs: RECENT_ALLOCS, recentFrees: RECENT_FREES } = Bucket.at;

/** Allocates `words` zeroed words that are never freed, counted as buckhash_sys. */
export function profileAlloc(m: Mem, mp: MRef, words: number): Ref {
  return persistentalloc(m, mp, words, 1, BUCKHASH_SYS);
}

/** Counts the malloc of a block of `size` bytes by the call stack `stk` (pcs, innermost first). Returns its bucket. */
export function countMalloc(m: Mem, mp: MRef, size: number, stk: readonly number[]): BucketRef {
  lock(m, mp, PROFLOCK);
  const b = stkbucketLocked(m, mp, size, stk);
  addWide(m, b + RECENT_ALLOCS, 1);
  unlock(m, mp, PROFLOCK);
  return b;
}

/** Counts the free of a block of bucket `b`, by a sweep or `explicitly` by the program. Go's MProf_Free. */
export function mprofFree(m: Mem, mp: MRef, b: BucketRef, explicitly: boolean): void {
  lock(m, mp, PROFLOCK);
  addWide(m, b + (explicitly ? RECENT_FREES : PREV_FREES), 1);
  unlock(m, mp, PROFLOCK);
}

/** Advances all counts by one stage after a collection. A second call publishes what that collection has freed. Go's MProf_GC. */
export function mprofGC(m: Mem, mp: MRef): void {
  lock(m, mp, PROFLOCK);
  for (let b = m[MPROF + BUCKETS]; b !== 0; b = m[b + ALLNEXT]) {
    addWide(m, b + ALLOCS, loadWide(m, b + PREV_ALLOCS));
    addWide(m, b + FREES, loadWide(m, b + PREV_FREES));
    storeWide(m, b + PREV_ALLOCS, loadWide(m, b + RECENT_ALLOCS));
    storeWide(m, b + PREV_FREES, loadWide(m, b + RECENT_FREES));
    storeWide(m, b + RECENT_ALLOCS, 0);
    storeWide(m, b + RECENT_FREES, 0);
  }
  unlock(m, mp, PROFLOCK);
}

/** Returns the bucket of blocks of `size` bytes allocated by `stk`, and makes it if it is new. Go's stkbucket. */
function stkbucketLocked(m: Mem, mp: MRef, size: number, stk: readonly number[]): BucketRef {
  if (m[MPROF + BUCKHASH] === 0) m[MPROF + BUCKHASH] = profileAlloc(m, mp, BUCK_HASH_SIZE);
  const hash = hashStack(stk, size);
  const head = m[MPROF + BUCKHASH] + (hash % BUCK_HASH_SIZE);
  for (let b = m[head]; b !== 0; b = m[b + NEXT]) {
    if (m[b + HASH] >>> 0 === hash && m[b + SIZE] >>> 0 === size && isStack(m, b, stk)) return b;
  }
  const b = profileAlloc(m, mp, Bucket.words + stk.length);
  m[b + NEXT] = m[head];
  m[b + ALLNEXT] = m[MPROF + BUCKETS];
  m[b + HASH] = hash;
  m[b + NSTK] = stk.length;
  m[b + SIZE] = size;
  for (let i = 0; i < stk.length; i++) m[b + Bucket.words + i] = stk[i];
  m[head] = b;
  m[MPROF + BUCKETS] = b;
  return b;
}

function isStack(m: Mem, b: BucketRef, stk: readonly number[]): boolean {
  if (m[b + NSTK] !== stk.length) return false;
  for (let i = 0; i < stk.length; i++) {
    if (m[b + Bucket.words + i] !== stk[i]) return false;
  }
  return true;
}

/** Jenkins' one-at-a-time hash over the pcs, then the size; 32 bits, unsigned. */
function hashStack(stk: readonly number[], size: number): number {
  let h = 0;
  for (let i = 0; i < stk.length; i++) h = mixIn(h, stk[i]);
  h = mixIn(h, size);
  h += h << 3;
  h ^= h >>> 11;
  return h >>> 0;
}

function mixIn(hash: number, value: number): number {
  let h = (hash + value) | 0;
  h = (h + (h << 10)) | 0;
  return h ^ (h >>> 6);
}
