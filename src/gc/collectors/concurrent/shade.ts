/**
 * Shading: turning a white block grey while the program runs.
 *
 *   1. Find the start of the block that the pointer points at or into.
 *   2. Set its mark bit atomically. The thread that sets it first owns the block's scan.
 *   3. A marking M adds the block to its workbuf (scan.ts). A barrier pushes it on a list that every
 *      barrier shares.
 *
 * The list links blocks through the collector's own region, which has one word for each 8 bytes of
 * the arena. So a barrier allocates nothing. A block is pushed at most once a cycle, by the thread
 * that has set its mark, and marking Ms take the list as a whole, so there is no ABA problem.
 *
 * With a buffer, a barrier only records the pointer in its M, and nothing is marked until the
 * buffer is flushed: when it is full, when the M answers a round of the ragged barrier (rounds.ts),
 * and in the stopped world of mark termination. A flush pushes its blocks as one chain.
 *
 * Departure: in Go a barrier adds to the work buffer of its P.
 *
 * Invariants: a black block has been scanned since it was marked; a grey one is in a workbuf or on
 * the list. A pointer in a buffer counts as a root. Spans in use when the mark began stay in use until it ends, because nothing is swept and
 * nothing is freed explicitly.
 *
 * Source: shade and greyobject in mgcmark.go, writebarrierptr in mbarrier.go of Go 1.5 and 1.8; mwbbuf.go of Go 1.10.
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import { PAGE_WORD_SHIFT, type Low, type Ref } from '../../../memory/address.ts';
import { isTag, refOf } from '../../../memory/pointer.ts';
import { racyLoad } from '../../../sync/racy.ts';
import { thisM } from '../../../base/this-m.ts';
import { M, mAt, type MRef } from '../../../machine/m.ts';
import { BIT_ALLOCATED, BIT_MARKED, BIT_SCAN, GROUP_MASK, GROUP_SHIFT, bitsShift, bitsWord, markShift } from '../../../heap/bitmap.ts';
import { SPAN_STATE, Span } from '../../../heap/span.ts';
import { ARENA_USED } from '../../../malloc/mheap-record.ts';
import { NO_BLOCK } from '../../block.ts';
import { CONCURRENT, Concurrent, SHADES_NEW, SHADES_OLD } from './state.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const SPAN_MAP = CONFIG + Config.at.spanMap;
const PTR_WORDS = CONFIG + Config.at.ptrWords;
const LINKS = CONFIG + Config.at.collectorData;
const BARRIER_OF = CONFIG + Config.at.barrier;
const BARRIER_BUFFER = CONFIG + Config.at.barrierBuffer;
const NPROCS = CONFIG + Config.at.nprocs;
const { nbarrier: NBARRIER, barrierbuf: BARRIERBUF, published: PUBLISHED, xanswered: XANSWERED } = M.at;
const XSHADED = CONCURRENT + Concurrent.at.xshaded;
const { start: START, limit: LIMIT, state: STATE, sizeclass: SIZECLASS, elemsize: ELEMSIZE } = Span.at;

/** Words of the arena that share one link: the smallest block has 8 bytes. */
const LINK_SHIFT = 1;
/** Words of links for a page. */
export const LINKS_PER_PAGE = 1 << (PAGE_WORD_SHIFT - LINK_SHIFT);

/**
 * Marks the block that the pointer with low word `low` points at or into.
 * @returns the block, if this thread has marked it and it may hold pointers: then the caller must see that it is scanned; otherwise 0
 */
export function grey(m: Mem, low: Low): Ref {
  const arena = m[ARENA];
  const off = blockOf(m, refOf(m, low) - arena);
  if (off === NO_BLOCK) return 0;
  const p = arena + off;
  const word = bitsWord(m, p);
  const shift = bitsShift(m, p);
  const mark = BIT_MARKED << markShift(shift);
  // Racy: the block's bits change only when it is allocated, and then it is marked already or about
  // to be. A mark that this load misses makes the atomic operation fail.
  if ((racyLoad(m, word + 1) & mark) !== 0) return 0;
  const bits = racyLoad(m, word) >>> shift;
  if ((bits & BIT_ALLOCATED) === 0) return 0;
  if ((Atomics.or(m, word + 1, mark) & mark) !== 0) return 0;
  return (bits & BIT_SCAN) === 0 ? 0 : p;
}

/**
 * Returns the start of the block that word `inner` of the arena belongs to, or NO_BLOCK. All loads
 * are racy. They are right for a block that existed when the mark began, because its span has not
 * changed since. For a newer block, which is black, any answer will do: it is a block's start, or
 * has no allocated bit.
 */
export function blockOf(m: Mem, inner: number): number {
  const wordShift = m[PTR_WORDS] - 1;
  const off = inner & ~wordShift;
  const arena = m[ARENA];
  if (off < 0 || off >= racyLoad(m, ARENA_USED) - arena) return NO_BLOCK;
  const shift = (off >> wordShift) & GROUP_MASK;
  const bits = racyLoad(m, arena - ((off >> (GROUP_SHIFT + wordShift)) << 1) - 2);
  for (let j = shift; j >= 0; j--) {
    if (((bits >>> j) & (BIT_ALLOCATED | BIT_SCAN)) !== 0) return off - ((shift - j) << wordShift);
  }
  const s = racyLoad(m, m[SPAN_MAP] + (off >> PAGE_WORD_SHIFT));
  const ref = arena + off;
  const start = racyLoad(m, s + START);
  // The span map keeps stale entries inside free runs, so check the span itself.
  if (s === 0 || ref < start || ref >= racyLoad(m, s + LIMIT) || racyLoad(m, s + STATE) !== SPAN_STATE.inUse) return NO_BLOCK;
  if (racyLoad(m, s + SIZECLASS) === 0) return start - arena;
  const words = racyLoad(m, s + ELEMSIZE) >>> 2;
  return start - arena + Math.floor((ref - start) / words) * words;
}

/** Returns the 32-bit words of the block at `p`, which existed when the mark began. */
export function blockWords(m: Mem, p: Ref): number {
  const s = racyLoad(m, m[SPAN_MAP] + ((p - m[ARENA]) >> PAGE_WORD_SHIFT));
  // Racy: the span has a marked block, so the field does not change before the next sweep.
  return racyLoad(m, s + ELEMSIZE) >>> 2;
}

/** The write barrier: the pointer with low word `low` is about to be stored at `slot`, during a mark. */
export function pointerStored(m: Mem, slot: Ref, low: Low): void {
  const barrier = m[BARRIER_OF];
  if ((barrier & SHADES_NEW) !== 0 && low !== 0) recordOrShade(m, low);
  if ((barrier & SHADES_OLD) === 0) return;
  // Racy: of several Ms that overwrite the slot at once, the first one shades what the slot held
  // when the mark began.
  if (m[PTR_WORDS] === 2 && !isTag(m, racyLoad(m, slot + 1))) return;
  const old = racyLoad(m, slot);
  if (old !== 0) recordOrShade(m, old);
}

/** Shades the block that the pointer with low word `low` points at or into: at once, or when the buffer of this thread's M is flushed. */
function recordOrShade(m: Mem, low: Low): void {
  const mp = mAt(m, thisM());
  const cap = m[BARRIER_BUFFER];
  if (cap === 0) {
    const p = grey(m, low);
    if (p !== 0) publish(m, mp, p, p);
    return;
  }
  const n = m[mp + NBARRIER];
  m[mp + BARRIERBUF + n] = low;
  m[mp + NBARRIER] = n + 1;
  if (n + 1 === cap) flushBarrier(m, mp);
}

/** Shades what the barrier has recorded in the buffer of `mp`. The caller is that M, or `mp` is idle or stopped; see M.nbarrier. */
export function flushBarrier(m: Mem, mp: MRef): void {
  const n = m[mp + NBARRIER];
  if (n === 0) return;
  let first = 0;
  let last = 0;
  for (let i = 0; i < n; i++) {
    const p = grey(m, m[mp + BARRIERBUF + i]);
    if (p === 0) continue;
    m[linkOf(m, p)] = first;
    if (first === 0) last = p;
    first = p;
  }
  m[mp + NBARRIER] = 0;
  if (first !== 0) publish(m, mp, first, last);
}

/** Flushes the buffers of all Ms. The world is stopped. */
export function flushBarriers(m: Mem): void {
  for (let i = 0; i < m[NPROCS]; i++) flushBarrier(m, mAt(m, i));
}

/** Empties the buffers of all Ms, and forgets the rounds that they have answered. The world is stopped, or the machine is shut down. */
export function resetBarriers(m: Mem): void {
  for (let i = 0; i < m[NPROCS]; i++) {
    const mp = mAt(m, i);
    m[mp + NBARRIER] = 0;
    m[mp + PUBLISHED] = 0;
    Atomics.store(m, mp + XANSWERED, 0);
  }
}

/** Pushes the grey blocks that links lead to from `first` to `last` on the list of shaded blocks, for `mp`. */
function publish(m: Mem, mp: MRef, first: Ref, last: Ref): void {
  m[mp + PUBLISHED] = 1;
  const link = linkOf(m, last);
  for (;;) {
    const head = Atomics.load(m, XSHADED);
    m[link] = head;
    if (Atomics.compareExchange(m, XSHADED, head, first) === head) return;
  }
}

/** Takes the whole list of shaded blocks. Returns the first, 0 for none; nextShaded returns the others. */
export function takeShaded(m: Mem): Ref {
  return Atomics.load(m, XSHADED) === 0 ? 0 : Atomics.exchange(m, XSHADED, 0);
}

/** Returns the block behind `p` on a list that takeShaded has returned; 0 for none. */
export function nextShaded(m: Mem, p: Ref): Ref {
  return m[linkOf(m, p)];
}

/** Reports whether the list of shaded blocks was empty at some moment of the call. */
export function noneShaded(m: Mem): boolean {
  return Atomics.load(m, XSHADED) === 0;
}

/** Returns the link of the block at `p`. */
export function linkOf(m: Mem, p: Ref): Ref {
  return m[LINKS] + ((p - m[ARENA]) >> LINK_SHIFT);
}

/** Allocates black: marks the block at `p`, which malloc hands out during a mark. It holds no pointer yet. */
export function blockAllocated(m: Mem, p: Ref): void {
  Atomics.or(m, bitsWord(m, p) + 1, BIT_MARKED << markShift(bitsShift(m, p)));
}
