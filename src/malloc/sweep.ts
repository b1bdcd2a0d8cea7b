/**
 * Sweeping: frees the blocks of a span that the last mark did not reach, and clears the span's
 * marks for the next. After marking, sweepgen h grows by 2, so every span in use is unswept.
 *
 *   1. Claim the span: move its sweepgen from h-2 to h-1 by CAS. The loser of the CAS skips it.
 *   2. If no block is marked and none has a special, return the whole span to the heap.
 *   3. Otherwise mark the blocks of the freelist, so that they are not freed twice.
 *   4. Visit the specials: queue the finalizers of unreached blocks and mark those blocks.
 *   5. Free each unmarked block: clear its scan bit, mark it dirty, link it. Clear the marks.
 *   6. Hand the linked blocks to the mcentral (mcentral-free.ts), which stores sweepgen h; or
 *      return the span to the heap if nothing is left in it.
 *
 * sweepone takes the next span of allspans by an atomic index. It is called by the background
 * sweeper, by gchelpwork, by an M that needs pages, and before the next mark. A refill sweeps
 * spans of its class, and ensureSwept one given span.
 *
 * Invariants: a span is swept once a cycle, by the M that claimed it. A sweeper has m.locks > 0,
 * so the world cannot stop, and sweepgen cannot change, in the middle of a sweep. A cached span
 * is never swept.
 *
 * Source: MSpan_Sweep, sweepone and MSpan_EnsureSwept in mgc0.c of Go 1.3. Departing from it,
 * step 2, and step 5 frees the blocks of a bitmap word at a time.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { PAGE_BYTES, PAGE_WORD_SHIFT, QUAD_SHIFT } from '../memory/address.ts';
import { addWide } from '../memory/wide.ts';
import { nanotime } from '../base/clock.ts';
import { fatal } from '../base/fatal.ts';
import { records, sweptSpan } from '../sync/events.ts';
import { osyield } from '../sync/os.ts';
import { racyLoad } from '../sync/racy.ts';
import { M, PHASE, type MRef } from '../machine/m.ts';
import { BIT_MARKED, GROUP_MASK, GROUP_SHIFT, bitsWord, markShift, unmarkSpan } from '../heap/bitmap.ts';
import { SPAN_STATE, Span, spanAt, type SpanRef } from '../heap/span.ts';
import { cleartype } from '../heap/mtypes.ts';
import { MTYPES } from '../heap/type.ts';
import { hasEfence, mheapFault } from './fault.ts';
import { MCache } from './mcache-record.ts';
import { freeSpan, freeWholeSpan } from './mcentral-free.ts';
import { SWEEPGEN, XSWEEPDONE } from './mheap-record.ts';
import { lowerGoal } from './pacing.ts';
import { mheapFree } from './span-alloc.ts';
import { SWEEP_NSPAN, XSPANIDX } from './sweep-record.ts';
import { sweepSpecials } from './sweep-specials.ts';
import { tracefrees, traces } from './trace.ts';

export * from './sweep-record.ts';

/** Result of sweepone if no span is left to sweep. */
export const NOTHING_TO_SWEEP = -1;

/** Second word of a free block that malloc must clear. */
export const NEEDS_ZEROING = 0xdeaddead | 0;

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_WORDS = CONFIG + Config.at.ptrWords;
const { locks: LOCKS, mcache: MCACHE, phase: PHASE_OF, heartbeat: HEARTBEAT } = M.at;
const { start: START, npages: NPAGES, freelist: FREELIST, xsweepgen: XSWEEPGEN, state: STATE } = Span.at;
const { sizeclass: SIZECLASS, elemsize: ELEMSIZE, nalloc: NALLOC, nelems: NELEMS, incache: INCACHE, needzero: NEEDZERO, specials: SPECIALS, compression: COMPRESSION } = Span.at;
const { localCacheallocQ: LOCAL_CACHEALLOC_Q, localNsmallfree: LOCAL_NSMALLFREE, localNlargefree: LOCAL_NLARGEFREE, localLargefree: LOCAL_LARGEFREE } = MCache.at;

// Local names: V8 folds these, and not what is exported.
const GROUP = GROUP_SHIFT;
const IN_GROUP = GROUP_MASK;
const MARKED = BIT_MARKED;
const PAGE = PAGE_WORD_SHIFT;
const QUAD = QUAD_SHIFT;
const DIRTY = NEEDS_ZEROING;
const UNTYPED = MTYPES.empty;
const IN_USE = SPAN_STATE.inUse;
const GENERATION = SWEEPGEN;
const XNEXT_SPAN = XSPANIDX;
const NSPAN = SWEEP_NSPAN;
const PHASE_SWEEP = PHASE.sweep;

/** The `allocated` bits of a bitmap's low word: where blocks start. */
const STARTS = 0xffff;

/**
 * Sweeps the next unclaimed span of the heap.
 * @returns the pages returned to the heap (0 if the span stays in use), or NOTHING_TO_SWEEP
 */
export function sweepone(m: Mem, mp: MRef): number {
  m[mp + LOCKS]++;
  const sg = m[GENERATION];
  for (;;) {
    const idx = Atomics.add(m, XNEXT_SPAN, 1);
    if (idx >= m[NSPAN]) {
      Atomics.store(m, XSWEEPDONE, 1);
      m[mp + LOCKS]--;
      return NOTHING_TO_SWEEP;
    }
    const s = spanAt(m, idx);
    // Racy: if the span comes into use now, its allocator stores the same sweepgen, so the
    // store below changes nothing.
    if (racyLoad(m, s + STATE) !== IN_USE) {
      Atomics.store(m, s + XSWEEPGEN, sg);
      continue;
    }
    if (!claimSweep(m, s, sg)) continue;
    if (m[s + INCACHE] !== 0) fatal('SWEEP_OF_CACHED_SPAN', { span: s });
    const npages = m[s + NPAGES];
    const freed = sweepSpan(m, mp, s);
    m[mp + LOCKS]--;
    return freed ? npages : 0;
  }
}

/** Claims `s` for sweeping in generation `sg`. Returns false if it is swept or another M has claimed it. */
export function claimSweep(m: Mem, s: SpanRef, sg: number): boolean {
  if (Atomics.load(m, s + XSWEEPGEN) !== ((sg - 2) | 0)) return false;
  return Atomics.compareExchange(m, s + XSWEEPGEN, (sg - 2) | 0, (sg - 1) | 0) === ((sg - 2) | 0);
}

/**
 * Returns once `s` is swept, by this M or another. Go's MSpan_EnsureSwept.
 * Precondition: m.locks > 0, or a collection could make the span unswept again.
 */
export function ensureSwept(m: Mem, mp: MRef, s: SpanRef): void {
  if (m[mp + LOCKS] === 0) fatal('ENSURE_SWEPT_UNLOCKED', { span: s });
  const sg = m[GENERATION];
  if (Atomics.load(m, s + XSWEEPGEN) === sg) return;
  if (claimSweep(m, s, sg)) {
    sweepSpan(m, mp, s);
    return;
  }
  // There is no efficient way to wait for the sweeper, so yield and look again.
  while (Atomics.load(m, s + XSWEEPGEN) !== sg) osyield(m);
}

/**
 * Sweeps `s`. Preconditions: the caller has claimed `s` and has m.locks > 0. Go's MSpan_Sweep.
 * @returns true if the span went back to the heap, or is faulted (efence)
 */
export function sweepSpan(m: Mem, mp: MRef, s: SpanRef): boolean {
  const sg = m[GENERATION];
  if (m[mp + LOCKS] === 0) fatal('SWEEP_UNLOCKED', { span: s });
  if (m[s + STATE] !== IN_USE || Atomics.load(m, s + XSWEEPGEN) !== ((sg - 1) | 0)) {
    fatal('SWEEP_OF_BAD_SPAN', { span: s, state: m[s + STATE], sweepgen: Atomics.load(m, s + XSWEEPGEN), heap: sg });
  }
  const phase = m[mp + PHASE_OF];
  m[mp + PHASE_OF] = PHASE_SWEEP;
  m[mp + HEARTBEAT]++;
  const gone = records(m) ? sweepRecorded(m, mp, s) : sweepByKind(m, mp, s);
  m[mp + PHASE_OF] = phase;
  return gone;
}

/** Does sweepByKind and records how long it took. */
export function sweepRecorded(m: Mem, mp: MRef, s: SpanRef): boolean {
  const started = nanotime();
  const gone = sweepByKind(m, mp, s);
  sweptSpan(m, mp, unsweptSpans(m), started);
  return gone;
}

/** Returns the number of spans that no sweeper has looked at yet; a refill may have swept some of them. */
export function unsweptSpans(m: Mem): number {
  return Math.max(0, m[NSPAN] - Atomics.load(m, XNEXT_SPAN));
}

function sweepByKind(m: Mem, mp: MRef, s: SpanRef): boolean {
  const traced = traces(m);
  if (m[s + SPECIALS] === 0 && m[s + SIZECLASS] !== 0 && !traced && hasNoMarks(m, s)) return sweepAll(m, mp, s);
  markFreelist(m, s);
  if (m[s + SPECIALS] !== 0) sweepSpecials(m, mp, s);
  if (traced) tracefrees(m, mp, s);
  return m[s + SIZECLASS] === 0 ? sweepLarge(m, mp, s) : sweepBlocks(m, mp, s);
}

/** Has the span no mark? The marks are the odd words of its part of the bitmap. */
function hasNoMarks(m: Mem, s: SpanRef): boolean {
  const top = bitsWord(m, m[s + START]) + 1;
  const groups = (m[s + NPAGES] << PAGE) >> (GROUP + m[PTR_WORDS] - 1);
  for (let word = top; word > top - 2 * groups; word -= 2) {
    if (m[word] !== 0) return false;
  }
  return true;
}

/** Returns the whole span to the heap without reading its memory: all its blocks are garbage or free. */
function sweepAll(m: Mem, mp: MRef, s: SpanRef): boolean {
  countFreed(m, mp, s, m[s + NALLOC]);
  freeWholeSpan(m, mp, s);
  return true;
}

/** Counts `n` freed blocks of `s`, and lowers the goal of the next collection by them. */
export function countFreed(m: Mem, mp: MRef, s: SpanRef, n: number): void {
  const c = m[mp + MCACHE];
  const freedQ = (n * m[s + ELEMSIZE]) >> QUAD;
  m[c + LOCAL_NSMALLFREE + m[s + SIZECLASS]] += n;
  m[c + LOCAL_CACHEALLOC_Q] -= freedQ;
  lowerGoal(m, freedQ);
}

/** Marks the blocks of the freelist, so that they are not freed again. */
function markFreelist(m: Mem, s: SpanRef): void {
  const arena = m[ARENA];
  const wordShift = m[PTR_WORDS] - 1;
  for (let p = m[s + FREELIST]; p !== 0; p = m[p]) {
    const off = p - arena;
    m[arena - ((off >> (GROUP + wordShift)) << 1) - 1] |= MARKED << markShift((off >> wordShift) & IN_GROUP);
  }
}

/**
 * Frees the unmarked blocks of `s` and links them by address. Reads the bitmap a word at a
 * time: one word says which of the blocks in 16 heap words are dead.
 */
function sweepBlocks(m: Mem, mp: MRef, s: SpanRef): boolean {
  const arena = m[ARENA];
  const pw = m[PTR_WORDS];
  const wordShift = (pw - 1) | 0;
  const groupShift = (GROUP + wordShift) | 0;
  const step = m[s + ELEMSIZE] >> 2;
  const end = (m[s + START] - arena + Math.imul(m[s + NELEMS], step)) | 0;
  // If a block is larger than a group, skip the groups in which no block starts.
  const stride = Math.max(step, 1 << groupShift) | 0;
  // The second word makes malloc clear the block; blocks of one or two words are always cleared.
  const second = step > 2 * pw ? DIRTY : 0;
  const hasSecond = step > pw;
  const typed = m[s + COMPRESSION] !== UNTYPED;
  let first = 0;
  let last = 0;
  let nfree = 0;
  for (let off = (m[s + START] - arena) | 0; off < end; off = (off + stride) | 0) {
    const group = off >> groupShift;
    const b = (arena - (group << 1) - 2) | 0;
    const bits = m[b];
    const marks = m[(b + 1) | 0];
    if (marks !== 0) m[(b + 1) | 0] = 0;
    let dead = bits & STARTS & ~marksTogether(marks);
    if (dead === 0) continue;
    if (bits >>> 16 !== 0) m[b] = bits & ~(dead << 16);
    const start = (arena + (group << groupShift)) | 0;
    for (; dead !== 0; dead &= dead - 1) {
      const p = (start + ((31 - Math.clz32(dead & -dead)) << wordShift)) | 0;
      // A boundary just past the last block may have the bit of a start.
      if (((p - arena) | 0) >= end) break;
      if (typed) cleartype(m, s, p);
      if (hasSecond) {
        m[(p + pw) | 0] = second;
        if (pw === 2) m[(p + 3) | 0] = second;
      }
      if (first === 0) first = p;
      else m[last] = p;
      last = p;
      nfree = (nfree + 1) | 0;
    }
  }
  if (nfree === 0) {
    publishSwept(m, s);
    return false;
  }
  countFreed(m, mp, s, nfree);
  return freeSpan(m, mp, s, nfree, first, last);
}

/** Gathers the marks of a bitmap word, four in each byte, into 16 bits; see heap/bitmap.ts. */
function marksTogether(marks: number): number {
  return (marks & 0xf) | ((marks >> 4) & 0xf0) | ((marks >> 8) & 0xf00) | ((marks >> 12) & 0xf000);
}

/** Sweeps a span that is one large object. Returns true if the object was garbage. */
function sweepLarge(m: Mem, mp: MRef, s: SpanRef): boolean {
  const arena = m[ARENA];
  const p = m[s + START];
  const b = arena - ((p - arena) >> (GROUP + m[PTR_WORDS] - 1) << 1) - 2;
  if ((m[b + 1] & MARKED) !== 0) {
    m[b + 1] &= ~MARKED;
    publishSwept(m, s);
    return false;
  }
  freeLarge(m, mp, s);
  return true;
}

/** Returns the span of a large object, found to be garbage, to the heap; faults it under efence. */
export function freeLarge(m: Mem, mp: MRef, s: SpanRef): void {
  const size = m[s + ELEMSIZE] >>> 0;
  const c = m[mp + MCACHE];
  m[c + LOCAL_NLARGEFREE]++;
  addWide(m, c + LOCAL_LARGEFREE, size);
  lowerGoal(m, size >>> QUAD);
  unmarkSpan(m, m[s + START], PAGE_BYTES);
  m[s + NEEDZERO] = 1;
  m[s + NALLOC] = 0;
  // Publish before freeing: from then on the heap may hand the span out again.
  publishSwept(m, s);
  if (hasEfence(m)) mheapFault(m, mp, s, true);
  else mheapFree(m, mp, s, true);
}

/** Publishes `s` as swept, which ends the sweeper's ownership. */
export function publishSwept(m: Mem, s: SpanRef): void {
  const sg = m[GENERATION];
  if (Atomics.exchange(m, s + XSWEEPGEN, sg) !== ((sg - 1) | 0)) fatal('SPAN_SWEPT_BY_TWO', { span: s, heap: sg });
}
