/**
 * Sweeping: frees the blocks of a span that the last mark did not reach, and clears the
 * marks for the next. Who sweeps a span has won it by moving its sweepgen from h-2 to h-1.
 */
import { guardedBy, stoppedWorld } from '../memory/guardian.ts';
import { atomic, by, lockField, padding, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { globalRecord } from '../memory/segment.ts';
import { PAGE_BYTES, PAGE_WORD_SHIFT, QUAD_SHIFT, type Ref } from '../memory/address.ts';
import { addWide } from '../memory/wide.ts';
import { fatal } from '../base/fatal.ts';
import { osyield } from '../sync/os.ts';
import { racyLoad } from '../sync/racy.ts';
import { M, PHASE, type MRef } from '../machine/m.ts';
import { BIT_MARKED, GROUP_MASK, GROUP_SHIFT, bitsWord, markShift, unmarkSpan } from '../heap/bitmap.ts';
import { SPAN_STATE, Span, spanAt, type SpanRef } from '../heap/span.ts';
import { cleartype } from '../heap/mtypes.ts';
import { MTYPES } from '../heap/type.ts';
import { hasEfence, mheapFault } from './fault.ts';
import { MCache } from './mcache-record.ts';
import { freeSpan, freeWholeSpan } from './mcentral.ts';
import { SWEEPGEN, XSWEEPDONE, mheapFree } from './mheap.ts';
import { lowerGoal } from './pacing.ts';
import { sweepSpecials } from './sweep-specials.ts';
import { tracefrees, traces } from './trace.ts';

const GCLOCK_GUARD = guardedBy('gclock');

export const Sweep = struct('sweep', 48, {
  /** Go's gclock. */
  lock: lockField('gclock'),
  /** The background sweeper, and whether it waits. */
  g: by(GCLOCK_GUARD),
  parked: by(GCLOCK_GUARD),
  /** The scavenger, and whether it waits. */
  scavenger: by(GCLOCK_GUARD),
  scavengerParked: by(GCLOCK_GUARD),
  /** Spans to sweep in this cycle: allspans [0, nspan). */
  nspan: by(stoppedWorld()),
  pad0: padding(9),
  /** Next of them to look at. */
  xspanidx: atomic('sweepers'),
  pad1: padding(15),
  xnbgsweep: atomic('sweepers'),
  xnpausesweep: atomic('sweepers'),
});

export const SWEEP: Ref = globalRecord('sweep', Sweep);
export const GCLOCK = SWEEP + Sweep.at.lock;
export const XSPANIDX = SWEEP + Sweep.at.xspanidx;
export const SWEEP_NSPAN = SWEEP + Sweep.at.nspan;

/** What sweepone returns when nothing is left to sweep. */
export const NOTHING_TO_SWEEP = -1;

/** Second word of a free block whose memory must be cleared before use. */
export const NEEDS_ZEROING = 0xdeaddead | 0;

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_WORDS = CONFIG + Config.at.ptrWords;
const { locks: LOCKS, mcache: MCACHE, phase: PHASE_OF, heartbeat: HEARTBEAT } = M.at;
const { start: START, npages: NPAGES, freelist: FREELIST, xsweepgen: XSWEEPGEN, state: STATE } = Span.at;
const { sizeclass: SIZECLASS, elemsize: ELEMSIZE, nalloc: NALLOC, nelems: NELEMS, incache: INCACHE } = Span.at;
const { needzero: NEEDZERO, specials: SPECIALS, compression: COMPRESSION } = Span.at;
const { localCacheallocQ: LOCAL_CACHEALLOC_Q, localNsmallfree: LOCAL_NSMALLFREE } = MCache.at;
const { localNlargefree: LOCAL_NLARGEFREE, localLargefree: LOCAL_LARGEFREE } = MCache.at;

// Local names: V8 folds these, and not what is exported, here or elsewhere.
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

/** The bits of a bitmap's low word that say where blocks start. */
const STARTS = 0xffff;

/**
 * Sweeps one span that nobody else has taken, of the whole heap.
 * @returns pages it gave back to the heap, or NOTHING_TO_SWEEP.
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
    // Racy: a span that comes into use right now gets this very sweepgen from its allocator,
    // so storing it once more changes nothing.
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

/** Takes the right to sweep `s`, for generation `sg`; false if it needs none or is taken. */
export function claimSweep(m: Mem, s: SpanRef, sg: number): boolean {
  if (Atomics.load(m, s + XSWEEPGEN) !== ((sg - 2) | 0)) return false;
  return Atomics.compareExchange(m, s + XSWEEPGEN, (sg - 2) | 0, (sg - 1) | 0) === ((sg - 2) | 0);
}

/**
 * Go's MSpan_EnsureSwept: returns once `s` is swept, by us or by who was at it. The caller
 * has m.locks > 0, or a collection could make the span unswept again.
 */
export function ensureSwept(m: Mem, mp: MRef, s: SpanRef): void {
  if (m[mp + LOCKS] === 0) fatal('ENSURE_SWEPT_UNLOCKED', { span: s });
  const sg = m[GENERATION];
  if (Atomics.load(m, s + XSWEEPGEN) === sg) return;
  if (claimSweep(m, s, sg)) {
    sweepSpan(m, mp, s);
    return;
  }
  // There is no efficient way to wait for who sweeps it.
  while (Atomics.load(m, s + XSWEEPGEN) !== sg) osyield(m);
}

/**
 * Go's MSpan_Sweep, of a span claimed by the caller, who can't be stopped for a collection.
 * @returns true when the span went back to the heap, or was taken away for good.
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
  const gone = sweepByKind(m, mp, s);
  m[mp + PHASE_OF] = phase;
  return gone;
}

function sweepByKind(m: Mem, mp: MRef, s: SpanRef): boolean {
  const traced = traces(m);
  if (m[s + SPECIALS] === 0 && m[s + SIZECLASS] !== 0 && !traced && hasNoMarks(m, s)) return sweepAll(m, mp, s);
  markFreelist(m, s);
  if (m[s + SPECIALS] !== 0) sweepSpecials(m, mp, s);
  if (traced) tracefrees(m, mp, s);
  return m[s + SIZECLASS] === 0 ? sweepLarge(m, mp, s) : sweepBlocks(m, mp, s);
}

/** Was nothing in the span reached? Its marks are the odd words of its part of the bitmap. */
function hasNoMarks(m: Mem, s: SpanRef): boolean {
  const top = bitsWord(m, m[s + START]) + 1;
  const groups = (m[s + NPAGES] << PAGE) >> (GROUP + m[PTR_WORDS] - 1);
  for (let word = top; word > top - 2 * groups; word -= 2) {
    if (m[word] !== 0) return false;
  }
  return true;
}

/** All blocks of the span are garbage or free: it goes back whole, without a look at its memory. */
function sweepAll(m: Mem, mp: MRef, s: SpanRef): boolean {
  countFreed(m, mp, s, m[s + NALLOC]);
  freeWholeSpan(m, mp, s);
  return true;
}

/** `n` blocks of `s` are free now: the figures, and the goal of the next collection. */
export function countFreed(m: Mem, mp: MRef, s: SpanRef, n: number): void {
  const c = m[mp + MCACHE];
  const freedQ = (n * m[s + ELEMSIZE]) >> QUAD;
  m[c + LOCAL_NSMALLFREE + m[s + SIZECLASS]] += n;
  m[c + LOCAL_CACHEALLOC_Q] -= freedQ;
  lowerGoal(m, freedQ);
}

/** Blocks that are free already are marked, so that they are not freed again. */
function markFreelist(m: Mem, s: SpanRef): void {
  const arena = m[ARENA];
  const wordShift = m[PTR_WORDS] - 1;
  for (let p = m[s + FREELIST]; p !== 0; p = m[p]) {
    const off = p - arena;
    m[arena - ((off >> (GROUP + wordShift)) << 1) - 1] |= MARKED << markShift((off >> wordShift) & IN_GROUP);
  }
}

/**
 * Frees the unmarked blocks, linked in order of address: a bitmap word at a time, which says
 * what is dead in 16 heap words at once.
 */
function sweepBlocks(m: Mem, mp: MRef, s: SpanRef): boolean {
  const arena = m[ARENA];
  const pw = m[PTR_WORDS];
  const wordShift = (pw - 1) | 0;
  const groupShift = (GROUP + wordShift) | 0;
  const step = m[s + ELEMSIZE] >> 2;
  const end = (m[s + START] - arena + Math.imul(m[s + NELEMS], step)) | 0;
  // No block starts in the groups between those of blocks that are larger than one.
  const stride = Math.max(step, 1 << groupShift) | 0;
  // The second word tells malloc whether to clear; a block of one or two words it always clears.
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
      // Just past the last block its boundary may be marked as a start.
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

/** The marks of a bitmap word, four in each byte, as its low 16 bits; see heap/bitmap.ts. */
function marksTogether(marks: number): number {
  return (marks & 0xf) | ((marks >> 4) & 0xf0) | ((marks >> 8) & 0xf00) | ((marks >> 12) & 0xf000);
}

/** A large object is the whole span. */
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

/** Gives the span of a large object, which is garbage, back to the heap. */
export function freeLarge(m: Mem, mp: MRef, s: SpanRef): void {
  const size = m[s + ELEMSIZE] >>> 0;
  const c = m[mp + MCACHE];
  m[c + LOCAL_NLARGEFREE]++;
  addWide(m, c + LOCAL_LARGEFREE, size);
  lowerGoal(m, size >>> QUAD);
  unmarkSpan(m, m[s + START], PAGE_BYTES);
  m[s + NEEDZERO] = 1;
  m[s + NALLOC] = 0;
  // Before the heap may hand it out again.
  publishSwept(m, s);
  if (hasEfence(m)) mheapFault(m, mp, s, true);
  else mheapFree(m, mp, s, true);
}

/** Ends the sweeper's ownership. */
export function publishSwept(m: Mem, s: SpanRef): void {
  const sg = m[GENERATION];
  if (Atomics.exchange(m, s + XSWEEPGEN, sg) !== ((sg - 1) | 0)) fatal('SPAN_SWEPT_BY_TWO', { span: s, heap: sg });
}
