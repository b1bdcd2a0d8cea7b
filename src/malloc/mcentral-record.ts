/**
 * The record of an MCentral: the spans of one size class; see mcentral.ts.
 *
 *   nonempty   spans that no MCache holds and that have free blocks
 *   empty      spans without a free block, and spans that an MCache holds
 *
 * A span that needs sweeping may be on either list: its sweep may free blocks.
 *
 * Invariant: the swept spans of `empty` are at its end, so a search for an unswept one can
 * stop at the first swept span.
 */
import { guardedBy } from '../memory/guardian.ts';
import { by, lockField, padding, part, struct } from '../memory/struct.ts';
import { globalRecord } from '../memory/segment.ts';
import type { Ref } from '../memory/address.ts';
import { NUM_SIZE_CLASSES } from '../heap/size-classes.ts';
import { SpanList } from '../heap/span-list.ts';

export type MCentralRef = Ref;

const LOCK_GUARD = guardedBy('mcentral.lock');

export const MCentral = struct('mcentral', 32, {
  lock: lockField('mcentral.lock'),
  nonempty: part('spanlist', SpanList.words, LOCK_GUARD),
  empty: part('spanlist', SpanList.words, LOCK_GUARD),
  /** Free blocks in the spans that no P caches, unswept garbage not counted. */
  nfree: by(LOCK_GUARD),
  pad: padding(25),
});

const MCENTRALS: Ref = globalRecord('mcentral', MCentral, NUM_SIZE_CLASSES);

/** Returns the mcentral of `sizeclass`; Go's mheap.central[sizeclass]. */
export function mcentralAt(sizeclass: number): MCentralRef {
  return MCENTRALS + sizeclass * MCentral.words;
}
