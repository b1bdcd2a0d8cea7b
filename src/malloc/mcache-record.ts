/**
 * The record of an MCache, inside its P's record; see mcache.ts.
 *
 * Invariant: a span in `alloc` has incache set and is on its mcentral's empty list.
 */
import { ownedBy } from '../memory/guardian.ts';
import { by, struct } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { P, type PRef } from '../machine/p.ts';
import { NUM_SIZE_CLASSES } from '../heap/size-classes.ts';

/** Orders of stacks that an MCache keeps; larger stacks are spans of their own. */
export const NUM_STACK_ORDERS = 4;

export type MCacheRef = Ref;

const OWNER = ownedBy('P', 'in a stopped world any M');

export const MCache = struct('mcache', 192, {
  /** The cached span of each class; the empty span if there is none. */
  alloc: by(OWNER, NUM_SIZE_CLASSES),
  /** First unused byte of the current tiny block, as the low word of a pointer; 0 for no block. */
  tiny: by(OWNER),
  /** Unused bytes of the current tiny block, in units of a low word. */
  tinysize: by(OWNER),
  /** Quads allocated since the last flush to heap_alloc, less the quads freed. */
  localCacheallocQ: by(OWNER),
  /** Counts since the last flush to MStats: tiny objects, lookups, large frees and their bytes. */
  localTinyallocs: by(OWNER),
  localNlookup: by(OWNER),
  localNlargefree: by(OWNER),
  localLargefree: by(OWNER, 2),
  /** Bytes until malloc calls noticeMalloc; each malloc subtracts its bytes. */
  nextSample: by(OWNER),
  /** Malloc calls noticeMalloc for each block of this many bytes or more. */
  sampleAll: by(OWNER),
  /** Free stacks by order, linked by their first word. */
  stackList: by(OWNER, NUM_STACK_ORDERS),
  /** Words of those free stacks, by order. */
  stackWords: by(OWNER, NUM_STACK_ORDERS),
  /** Blocks freed explicitly, ever; wraps. Lets the oracle distinguish them from swept blocks. */
  nfreed: by(OWNER),
  /** Small blocks freed since the last flush, by class. */
  localNsmallfree: by(OWNER, NUM_SIZE_CLASSES),
});

if (MCache.words > P.fields.mcache.words) throw new Error('MCache does not fit into P');

/** Returns the MCache of `pp`. */
export function mcacheOf(pp: PRef): MCacheRef {
  return pp + P.at.mcache;
}

/** Returns the ref of the slot in `c` for the span of `sizeclass`. */
export function allocSlot(c: MCacheRef, sizeclass: number): Ref {
  return c + MCache.at.alloc + sizeclass;
}

