/**
 * The collector of 2010, with a reference word for each block (refword.ts).
 *
 *   1. One M scans the roots and all they lead to. It turns RefNone into RefSome (scanblock.ts).
 *   2. First pass over all spans (sweepspan0): a block with RefNone and a finalizer becomes
 *      RefFinalize. What it points at becomes RefSome, so that the finalizer finds its object whole.
 *   3. Second pass (sweepspan1): queue the finalizers of RefFinalize, free RefNone, and make the
 *      rest RefNone again. Then the world goes on.
 *
 * Invariant: between cycles, each block that is handed out has RefNone. Source: mgc0.c of 2010.
 *
 * Departures: specials belong to spans, so a block of the tiny allocator may have several
 * finalizers. They come due together, and all are queued. Freed blocks go to the MCentrals, not to
 * the MCache.
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
 * Marks from the roots, then runs the first pass. The pass counts as marking, so that at the
 * checkpoint each word is final.
 */
function markRefwords(m: Mem, mp: MRef): void {
  scanRoots(m, mp, false, scanblock);
  for (let index = 0; index < nspan(m); index++) {
    const s = spanAt(m, index);
    if (m[s + STATE] === SPAN_STATE.inUse) sweepspan0(m, mp, s);
  }
}

/** Marks the blocks of `s` that have a finalizer and no reference, and keeps what they point at. */
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

/** Runs the second pass. The world is stopped. */
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
  // No sweeper needs to look for more.
  Atomics.store(m, XSPANIDX, n);
  Atomics.store(m, XSWEEPDONE, 1);
  Atomics.add(m, XNPAUSESWEEP, swept);
}

/** Sweeps `s`: frees RefNone, queues due finalizers, resets the other words to RefNone. */
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

/** Clears the scan bit of the freed block at `p` and notes that malloc must zero it, as the sweep by bitmap does. */
function clearFreed(m: Mem, p: Ref, words: number): void {
  const pw = m[PTR_WORDS];
  m[bitsWord(m, p)] &= ~(BIT_SCAN << bitsShift(m, p));
  if (words <= pw) return;
  const second = words > 2 * pw ? NEEDS_ZEROING : 0;
  m[p + pw] = second;
  if (pw === 2) m[p + 3] = second;
}

/** True. A hook takes `m` even if it reads nothing: exploration runs functions over `m` as coroutines, and no others. */
function wantsAll(m: Mem): boolean {
  return m[CONFIG + Config.at.collectorData] !== 0;
}

/** Records a sample in the map of addresses: the profiler of 2010 had no specials. */
function recordSample(m: Mem, mp: MRef, p: Ref, bucket: BucketRef): void {
  setaddrbucket(m, mp, p * 4, bucket);
  setRefProfiled(m, p);
}

function takeSample(m: Mem, mp: MRef, p: Ref): BucketRef {
  return getaddrbucket(m, mp, p * 4);
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
