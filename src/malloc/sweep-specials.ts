/**
 * Sweeping specials: the part of a sweep that visits the specials of unreached blocks.
 *
 *   1. If a block has a finalizer, queue all its finalizers and mark it: it lives one more cycle.
 *   2. Otherwise drop its specials, and report the free to the profiler.
 *
 * Invariant: the sweeper owns the span's list of specials, so it takes no lock on it.
 *
 * Source: MSpan_Sweep of Go 1.3, with the later fix of issue 13100 (several finalizers on one
 * tiny block).
 */
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { lock, unlock } from '../sync/lock.ts';
import type { MRef } from '../machine/m.ts';
import { BIT_ALLOCATED, BIT_MARKED, bitsShift, bitsWord, markShift } from '../heap/bitmap.ts';
import { SPECIAL_KIND, Special, type SpecialRef } from '../heap/special.ts';
import { Span, type SpanRef } from '../heap/span.ts';
import { mprofFree } from './buckets.ts';
import { fixallocFree } from './fixalloc.ts';
import { queuefinalizer } from './finq.ts';
import { SPECIALALLOC, SPECIAL_LOCK } from './mheap-record.ts';

const { start: START, elemsize: ELEMSIZE, specials: SPECIALS } = Span.at;
const { next: NEXT, offset: OFFSET, kind: KIND, fn: FN, context: CONTEXT, bucket: BUCKET } = Special.at;

/**
 * Visits the specials of the unreached blocks of `s`. A tiny block may have several specials,
 * one for each inner byte, so all of a block's are read before the first is unlinked.
 */
export function sweepSpecials(m: Mem, mp: MRef, s: SpanRef): void {
  let link = s + SPECIALS;
  while (m[link] !== 0) {
    const block = blockOf(m, s, m[link]);
    if (isReached(m, block)) {
      link = m[link] + NEXT;
      continue;
    }
    if (hasFinalizer(m, s, m[link], block)) {
      m[bitsWord(m, block) + 1] |= BIT_MARKED << markShift(bitsShift(m, block));
      link = queueFinalizers(m, mp, s, link, block);
    } else {
      dropSpecials(m, mp, s, link, block);
    }
  }
}

/** Returns the start of the block of `s` that `special` belongs to. */
export function blockOf(m: Mem, s: SpanRef, special: SpecialRef): Ref {
  const words = m[s + ELEMSIZE] >>> 2;
  return m[s + START] + Math.floor((m[special + OFFSET] >>> 2) / words) * words;
}

function isReached(m: Mem, block: Ref): boolean {
  const b = bitsWord(m, block);
  const shift = bitsShift(m, block);
  return ((m[b] >>> shift) & BIT_ALLOCATED) === 0 || ((m[b + 1] >>> markShift(shift)) & BIT_MARKED) !== 0;
}

function hasFinalizer(m: Mem, s: SpanRef, from: SpecialRef, block: Ref): boolean {
  for (let x = from; x !== 0 && blockOf(m, s, x) === block; x = m[x + NEXT]) {
    if (m[x + KIND] === SPECIAL_KIND.finalizer) return true;
  }
  return false;
}

/** Queues and unlinks the finalizers of `block`, whose first special is at `link`. Returns the link behind its specials. */
export function queueFinalizers(m: Mem, mp: MRef, s: SpanRef, link: Ref, block: Ref): Ref {
  let at = link;
  while (m[at] !== 0 && blockOf(m, s, m[at]) === block) {
    const x = m[at];
    if (m[x + KIND] !== SPECIAL_KIND.finalizer) {
      at = x + NEXT;
      continue;
    }
    m[at] = m[x + NEXT];
    queuefinalizer(m, mp, m[s + START] + (m[x + OFFSET] >>> 2), m[x + OFFSET] & 3, m[x + FN], m[x + CONTEXT]);
    freeSpecial(m, mp, x);
  }
  return at;
}

/** Unlinks and frees the specials of `block`, which is about to be freed; its first is at `link`. Reports to the profiler. */
export function dropSpecials(m: Mem, mp: MRef, s: SpanRef, link: Ref, block: Ref): void {
  while (m[link] !== 0 && blockOf(m, s, m[link]) === block) {
    const x = m[link];
    m[link] = m[x + NEXT];
    if (m[x + KIND] === SPECIAL_KIND.profile) mprofFree(m, mp, m[x + BUCKET], false);
    freeSpecial(m, mp, x);
  }
}

function freeSpecial(m: Mem, mp: MRef, x: SpecialRef): void {
  lock(m, mp, SPECIAL_LOCK);
  fixallocFree(m, SPECIALALLOC, x);
  unlock(m, mp, SPECIAL_LOCK);
}
