/**
 * The collector of 2010: one thread, a reference word for each block (heap/refword.ts), and
 * two passes over all spans before the world goes on. The first finds what is to be
 * finalized, and keeps what that needs; the second queues those finalizers and frees the
 * rest.
 *
 * It departs from 2010 where the heap is shared with the later collectors: specials hang on
 * spans, so a block of the tiny allocator may have several finalizers, which come due
 * together; all of them are queued. Freed blocks go to the MCentrals, not to the MCache.
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import type { Ref } from '../../../memory/address.ts';
import { fatal } from '../../../base/fatal.ts';
import { M, type MRef } from '../../../machine/m.ts';
import { BIT_SCAN, bitsShift, bitsWord } from '../../../heap/bitmap.ts';
import { REF, REF_FLAGS, REF_HAS_FINALIZER, REF_NO_POINTERS, REF_PROFILED, blockIndex, REFWORD_SLOT, refreshRefFlags, refwordsOf, setRefFree, setRefNone, setRefProfiled } from './refword.ts';
import { SPAN_STATE, Span, spanAt, type SpanRef } from '../../../heap/span.ts';
import { Special } from '../../../heap/special.ts';
import { mprofFree, type BucketRef } from '../../../malloc/buckets.ts';
import { freeSpan } from '../../../malloc/mcentral.ts';
import { SWEEPGEN, XSWEEPDONE, nspan } from '../../../malloc/mheap.ts';
import { getaddrbucket, setaddrbucket } from '../../../malloc/addr-buckets.ts';
import { blockOf, dropSpecials, queueFinalizers } from '../../../malloc/sweep-specials.ts';
import { NEEDS_ZEROING, SWEEP, SWEEP_NSPAN, Sweep, XSPANIDX, claimSweep, countFreed, freeLarge, publishSwept } from '../../../malloc/sweep.ts';
import { scanRoots } from '../../roots.ts';
import type { Collector } from '../descriptor.ts';
import { scanblock } from './scanblock.ts';

const PTR_WORDS = CONFIG + Config.at.ptrWords;
const HEARTBEAT = M.at.heartbeat;
const XNPAUSESWEEP = SWEEP + Sweep.at.xnpausesweep;
const { start: START, state: STATE, sizeclass: SIZECLASS, elemsize: ELEMSIZE, nelems: NELEMS } = Span.at;
const { xsweepgen: XSWEEPGEN, specials: SPECIALS } = Span.at;
const { next: NEXT, offset: OFFSET } = Special.at;

/**
 * Finds the references that the roots lead to, and then what is to be finalized. That second
 * half was the sweep's first pass; it counts as marking here, so that at the checkpoint all
 * is said that the sweep goes by.
 */
function markRefwords(m: Mem, mp: MRef): void {
  scanRoots(m, mp, false, scanblock);
  for (let index = 0; index < nspan(m); index++) {
    const s = spanAt(m, index);
    if (m[s + STATE] === SPAN_STATE.inUse) sweepspan0(m, mp, s);
  }
}

/** Marks the blocks of `s` without a reference but with a finalizer, and keeps what they point at. */
function sweepspan0(m: Mem, mp: MRef, s: SpanRef): void {
  const words = m[s + ELEMSIZE] >>> 2;
  const first = refwordsOf(m, s);
  const end = first + m[s + NELEMS];
  for (let word = first; word < end; word++) {
    const ref = m[word];
    if ((ref & ~(REF_FLAGS ^ REF_HAS_FINALIZER)) !== (REF.none | REF_HAS_FINALIZER)) continue;
    m[word] = REF.finalize | (ref & REF_FLAGS);
    if ((ref & REF_NO_POINTERS) === 0) scanblock(m, mp, m[s + START] + (word - first) * words, words);
  }
}

/** The second pass: sweeps every span; the world is stopped. */
function sweepRefwords(m: Mem, mp: MRef): void {
  const sg = m[SWEEPGEN];
  const n = m[SWEEP_NSPAN];
  let swept = 0;
  for (let index = 0; index < n; index++) {
    const s = spanAt(m, index);
    if (m[s + STATE] !== SPAN_STATE.inUse) {
      Atomics.store(m, s + XSWEEPGEN, sg);
      continue;
    }
    if (!claimSweep(m, s, sg)) fatal('SPAN_SWEPT_BY_TWO', { span: s, heap: sg });
    m[mp + HEARTBEAT]++;
    sweepspan1(m, mp, s);
    swept++;
  }
  // Nobody need look for more.
  Atomics.store(m, XSPANIDX, n);
  Atomics.store(m, XSWEEPDONE, 1);
  Atomics.add(m, XNPAUSESWEEP, swept);
}

/** Frees RefNone, resets the others to it; due finalizers are queued. */
function sweepspan1(m: Mem, mp: MRef, s: SpanRef): void {
  if (m[s + SPECIALS] !== 0) sweepSpecials(m, mp, s);
  if (m[s + SIZECLASS] === 0) sweepLarge(m, mp, s);
  else sweepBlocks(m, mp, s);
}

function sweepSpecials(m: Mem, mp: MRef, s: SpanRef): void {
  let link = s + SPECIALS;
  while (m[link] !== 0) {
    const offset = m[m[link] + OFFSET];
    const block = blockOf(m, s, m[link]);
    switch (m[refwordsOf(m, s) + blockIndex(m, s, block)] & ~REF_FLAGS) {
      case REF.finalize:
        link = queueFinalizers(m, mp, s, link, block);
        refreshRefFlags(m, s, offset);
        break;
      case REF.none:
        dropSpecials(m, mp, s, link, block);
        break;
      default:
        link = m[link] + NEXT;
    }
  }
}

function sweepLarge(m: Mem, mp: MRef, s: SpanRef): void {
  const word = refwordsOf(m, s);
  const ref = m[word];
  if ((ref & ~REF_FLAGS) === REF.none) {
    m[word] = REF.free;
    if ((ref & REF_PROFILED) !== 0) mprofFree(m, mp, takeSample(m, mp, m[s + START]), false);
    freeLarge(m, mp, s);
    return;
  }
  m[word] = REF.none | (ref & REF_FLAGS);
  publishSwept(m, s);
}

function sweepBlocks(m: Mem, mp: MRef, s: SpanRef): void {
  const step = m[s + ELEMSIZE] >> 2;
  const firstWord = refwordsOf(m, s);
  const end = firstWord + m[s + NELEMS];
  let first = 0;
  let last = 0;
  let nfree = 0;
  let p = m[s + START];
  for (let word = firstWord; word < end; word++, p += step) {
    const ref = m[word];
    const state = ref & ~REF_FLAGS;
    if (state < REF.none) continue;
    if (state !== REF.none) {
      m[word] = REF.none | (ref & REF_FLAGS);
      continue;
    }
    m[word] = REF.free;
    if ((ref & REF_PROFILED) !== 0) mprofFree(m, mp, takeSample(m, mp, p), false);
    clearFreed(m, p, step);
    if (first === 0) first = p;
    else m[last] = p;
    last = p;
    nfree++;
  }
  if (nfree === 0) {
    publishSwept(m, s);
    return;
  }
  countFreed(m, mp, s, nfree);
  freeSpan(m, mp, s, nfree, first, last);
}

/** What the sweep by bitmap does to a block it frees: nothing to scan, and to be zeroed, or zero but for its link. */
function clearFreed(m: Mem, p: Ref, words: number): void {
  const pw = m[PTR_WORDS];
  m[bitsWord(m, p)] &= ~(BIT_SCAN << bitsShift(m, p));
  if (words <= pw) return;
  const second = words > 2 * pw ? NEEDS_ZEROING : 0;
  m[p + pw] = second;
  if (pw === 2) m[p + 3] = second;
}

function wantsAll(): boolean {
  return true;
}

/** The collector of 2010 has no specials for the profiler: a map from addresses knows the sampled blocks. */
function recordSample(m: Mem, mp: MRef, p: Ref, bucket: BucketRef): void {
  setaddrbucket(m, mp, p << 2, bucket);
  setRefProfiled(m, p);
}

function takeSample(m: Mem, mp: MRef, p: Ref): BucketRef {
  return getaddrbucket(m, mp, p << 2);
}

/** A slot of reference words for each page. */
function refwordWords(arenaPages: number): number {
  return arenaPages * REFWORD_SLOT;
}

export const refword: Collector<'refword'> = {
  name: 'refword',
  help: 'one thread marks by recursion and sweeps in the pause, by reference words (2010)',
  helpers: false,
  takesPolicy: false,
  gctrace: 'gogctrace',
  marksIn: 'refwords',
  data: { wordName: 'reference word', words: refwordWords },
  mark: markRefwords,
  sweep: sweepRefwords,
  seesAllocations: wantsAll,
  blockAllocated: setRefNone,
  blockFreed: setRefFree,
  specialsChanged: refreshRefFlags,
  blockSampled: recordSample,
  takeSample,
};
