/**
 * Adding and removing specials: finalizers of an object, or of an inner byte of a tiny block,
 * and profile buckets of sampled blocks.
 *
 * Invariant: the list of an unswept span belongs to its sweeper. So each function makes sure
 * that the span is swept, keeps m.locks > 0 so that it stays swept, and locks the list.
 *
 * Source: mheap.c of Go 1.3.
 */
import type { Mem } from '../memory/struct.ts';
import { offsetOf, wordAt, type Ref } from '../memory/address.ts';
import { fatal } from '../base/fatal.ts';
import { racyLoad } from '../sync/racy.ts';
import { lock, unlock } from '../sync/lock.ts';
import { M, type MRef } from '../machine/m.ts';
import { SPECIAL_KIND, Special, type SpecialRef } from '../heap/special.ts';
import { SPAN_STATE, Span, spanOf, type SpanRef } from '../heap/span.ts';
import { hooksOf } from '../heap/collector-hooks.ts';
import { mprofFree, type BucketRef } from './buckets.ts';
import { fixallocAlloc, fixallocFree } from './fixalloc.ts';
import { ARENA_USED, SPECIALALLOC, SPECIAL_LOCK } from './mheap-record.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { ensureSwept } from './sweep.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const { locks: LOCKS } = M.at;
const { start: START, limit: LIMIT, state: STATE, elemsize: ELEMSIZE, specials: SPECIALS, speciallock: SPANLOCK } = Span.at;
const { next: NEXT, offset: OFFSET, kind: KIND, fn: FN, context: CONTEXT, bucket: BUCKET } = Special.at;

/**
 * Adds a finalizer: step `fn` will run with the object once it is unreachable. Go's
 * addfinalizer.
 * @param address byte offset of the object, or of a byte inside a tiny block
 * @param fn index in the text segment
 * @param context a word passed to the finalizer
 * @returns false if that byte has a finalizer already
 */
export function addfinalizer(m: Mem, mp: MRef, address: number, fn: number, context: number): boolean {
  lock(m, mp, SPECIAL_LOCK);
  const x = fixallocAlloc(m, mp, SPECIALALLOC);
  m[x + KIND] = SPECIAL_KIND.finalizer;
  m[x + FN] = fn;
  m[x + CONTEXT] = context;
  m[x + BUCKET] = 0;
  unlock(m, mp, SPECIAL_LOCK);
  if (addspecial(m, mp, address, x)) return true;
  releaseSpecial(m, mp, x);
  return false;
}

/** Removes the finalizer of `address` (a byte offset). Returns false if there is none. Go's removefinalizer. */
export function removefinalizer(m: Mem, mp: MRef, address: number): boolean {
  const x = removespecial(m, mp, address, SPECIAL_KIND.finalizer);
  if (x === 0) return false;
  releaseSpecial(m, mp, x);
  return true;
}

/** Records `bucket` for the sampled block at byte offset `address`. Go's setprofilebucket. */
export function setprofilebucket(m: Mem, mp: MRef, address: number, bucket: BucketRef): void {
  lock(m, mp, SPECIAL_LOCK);
  const x = fixallocAlloc(m, mp, SPECIALALLOC);
  m[x + KIND] = SPECIAL_KIND.profile;
  m[x + FN] = 0;
  m[x + CONTEXT] = 0;
  m[x + BUCKET] = bucket;
  unlock(m, mp, SPECIAL_LOCK);
  if (!addspecial(m, mp, address, x)) fatal('PROFILED_TWICE', { address });
}

/** Removes the profile record of the block at byte offset `address`. Returns its bucket, 0 if there is none. */
export function removeprofilebucket(m: Mem, mp: MRef, address: number): BucketRef {
  const x = removespecial(m, mp, address, SPECIAL_KIND.profile);
  if (x === 0) return 0;
  const bucket = m[x + BUCKET];
  releaseSpecial(m, mp, x);
  return bucket;
}

/**
 * Frees the specials of the block at `p` of `s`, which is about to be freed explicitly, and
 * reports to the profiler. Precondition: the span is swept, and m.locks > 0. Go's
 * freeallspecials.
 * @throws Fatal FREE_OF_FINALIZED_BLOCK if the block has a finalizer
 */
export function freeAllSpecials(m: Mem, mp: MRef, s: SpanRef, p: Ref): void {
  const offset = (p - m[s + START]) * 4;
  lock(m, mp, s + SPANLOCK);
  const link = findLink(m, s, offset, 0);
  while (m[link] !== 0 && m[m[link] + OFFSET] >>> 0 < offset + (m[s + ELEMSIZE] >>> 0)) {
    const x = m[link];
    if (m[x + KIND] === SPECIAL_KIND.finalizer) fatal('FREE_OF_FINALIZED_BLOCK', { p });
    m[link] = m[x + NEXT];
    if (m[x + KIND] === SPECIAL_KIND.profile) mprofFree(m, mp, m[x + BUCKET], true);
    releaseSpecial(m, mp, x);
  }
  unlock(m, mp, s + SPANLOCK);
}

function releaseSpecial(m: Mem, mp: MRef, x: SpecialRef): void {
  lock(m, mp, SPECIAL_LOCK);
  fixallocFree(m, SPECIALALLOC, x);
  unlock(m, mp, SPECIAL_LOCK);
}

function addspecial(m: Mem, mp: MRef, address: number, x: SpecialRef): boolean {
  const s = spanOfObject(m, address);
  // The sweeper reads the list without a lock, so the span must be swept, and must stay swept.
  m[mp + LOCKS]++;
  ensureSwept(m, mp, s);
  const offset = offsetOf(address) - m[s + START] * 4;
  lock(m, mp, s + SPANLOCK);
  const link = findLink(m, s, offset, m[x + KIND]);
  const at = m[link];
  const isNew = at === 0 || m[at + OFFSET] >>> 0 !== offset || m[at + KIND] !== m[x + KIND];
  if (isNew) {
    m[x + OFFSET] = offset;
    m[x + NEXT] = at;
    m[link] = x;
    tellChanged(m, s, offset);
  }
  unlock(m, mp, s + SPANLOCK);
  m[mp + LOCKS]--;
  return isNew;
}

function removespecial(m: Mem, mp: MRef, address: number, kind: number): SpecialRef {
  const s = spanOfObject(m, address);
  m[mp + LOCKS]++;
  ensureSwept(m, mp, s);
  const offset = offsetOf(address) - m[s + START] * 4;
  lock(m, mp, s + SPANLOCK);
  const link = findLink(m, s, offset, kind);
  let x = m[link];
  if (x !== 0 && m[x + OFFSET] >>> 0 === offset && m[x + KIND] === kind) {
    m[link] = m[x + NEXT];
    tellChanged(m, s, offset);
  } else x = 0;
  unlock(m, mp, s + SPANLOCK);
  m[mp + LOCKS]--;
  return x;
}

/** Tells a collector that wants it that the specials at byte `offset` of `s` have changed. */
function tellChanged(m: Mem, s: SpanRef, offset: number): void {
  const { specialsChanged } = hooksOf(m);
  if (specialsChanged !== undefined) specialsChanged(m, s, offset);
}

/** Returns the ref of the link to the first special at or after (offset, kind). */
function findLink(m: Mem, s: SpanRef, offset: number, kind: number): Ref {
  let link = s + SPECIALS;
  for (let x = m[link]; x !== 0; x = m[link]) {
    if (m[x + OFFSET] >>> 0 > offset || (m[x + OFFSET] >>> 0 === offset && m[x + KIND] >= kind)) break;
    link = x + NEXT;
  }
  return link;
}

function spanOfObject(m: Mem, address: number): SpanRef {
  const ref = wordAt(address);
  // Racy, as in mlookup: the arena only grows, and it contained the object when that was allocated.
  const s = ref >= m[ARENA] && ref < racyLoad(m, ARENA_USED) ? spanOf(m, ref) : 0;
  if (s === 0 || m[s + STATE] !== SPAN_STATE.inUse || ref < m[s + START] || ref >= m[s + LIMIT]) {
    fatal('SPECIAL_ON_INVALID_POINTER', { address });
  }
  return s;
}
