/**
 * MCache: a P's private stock of spans, one of each class, so that small objects are
 * allocated without a lock. It lies inside the P's record.
 *
 * Law: a span in `alloc` has incache set and is on its mcentral's empty list.
 */
import { ownedBy } from '../memory/guardian.ts';
import { by, struct } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { P, type PRef } from '../machine/p.ts';
import { NUM_SIZE_CLASSES } from '../heap/size-classes.ts';

/** Orders of stacks that are kept; larger ones are spans of their own. */
export const NUM_STACK_ORDERS = 4;

export type MCacheRef = Ref;

const OWNER = ownedBy('P', 'in a stopped world any M');

export const MCache = struct('mcache', 192, {
  /** Span of each class, the empty span when it has none. */
  alloc: by(OWNER, NUM_SIZE_CLASSES),
  /** Where the current tiny block goes on, and the bytes left in it. A byte offset, 0 for none. */
  tiny: by(OWNER),
  tinysize: by(OWNER),
  /** Quads allocated since heap_alloc was last told. */
  localCacheallocQ: by(OWNER),
  localTinyallocs: by(OWNER),
  localNlookup: by(OWNER),
  localNlargefree: by(OWNER),
  localLargefree: by(OWNER, 2),
  /**
   * Every malloc takes its bytes off `nextSample`; at 0, and for each block of `sampleAll`
   * bytes or more, it tells malloc/notice.ts.
   */
  nextSample: by(OWNER),
  sampleAll: by(OWNER),
  /** By order, free stacks, linked by their first word, and the words they have together. */
  stackList: by(OWNER, NUM_STACK_ORDERS),
  stackWords: by(OWNER, NUM_STACK_ORDERS),
  /** Blocks freed explicitly, ever; wraps. For the oracle, who tells them from swept ones. */
  nfreed: by(OWNER),
  localNsmallfree: by(OWNER, NUM_SIZE_CLASSES),
});

if (MCache.words > P.fields.mcache.words) throw new Error('MCache does not fit into P');

/** The MCache inside `pp`. */
export function mcacheOf(pp: PRef): MCacheRef {
  return pp + P.at.mcache;
}

/** Slot of the span that the cache allocates class `c` from. */
export function allocSlot(c: MCacheRef, sizeclass: number): Ref {
  return c + MCache.at.alloc + sizeclass;
}

