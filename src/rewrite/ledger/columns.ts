/**
 * The ledger: the explorer's own counts of an execution, call by call, outside the shared memory.
 * The exploration build counts at the entry of functions (entries.ts); the real code contains
 * none of it. A statistic of the machine that disagrees with the ledger is wrong (laws.ts).
 */
import { CLASSES, CLASS_BYTES } from '../../verify/classes.ts';

/** Indices of the ledger's counts. */
export const COLUMN = {
  /** Tiny allocations, whether or not they share a block. */
  tiny: 0,
  /** Large allocations; largeBytes: the bytes of their pages. */
  large: 1,
  largeBytes: 2,
  /** Blocks that the profiler must not sample. */
  unprofiled: 3,
  /** Calls of mlookup; freed: calls of free for a block. */
  lookups: 4,
  freed: 5,
  /** Cycles begun. */
  cycles: 6,
  /** Finalizers queued; ran: finalizers run. */
  queued: 7,
  ran: 8,
  /** Sampled allocations and frees, by the three stages of a profile bucket. */
  recentAllocs: 9,
  prevAllocs: 10,
  allocs: 11,
  recentFrees: 12,
  prevFrees: 13,
  frees: 14,
  /** Handoffs since the last cycle ended; handoffObjects: the objects handed off. */
  handoffs: 15,
  handoffObjects: 16,
  /** Spans swept since the last mark ended. */
  swept: 17,
  /** Times that the finalizer goroutine has looked for queued finalizers. */
  finqLooks: 18,
  /** 1: the execution began with the ledger of its initial memory. */
  kept: 19,
  /** Small allocations by size class, without tiny ones. */
  small: 20,
} as const;

export const COLUMNS = COLUMN.small + CLASSES;

const MAX_SMALL = CLASS_BYTES[CLASSES - 1];

/** Size class by size in units of 8 bytes. */
export const CLASS_OF_EIGHTH: Uint8Array = Uint8Array.from({ length: MAX_SMALL / 8 + 1 }, (_, eighth) => CLASS_BYTES.findIndex((bytes) => bytes >= eighth * 8));

/** Limits in bytes, stated independently of the machine: the largest small and tiny objects, and a page. */
export const SIZES = { maxSmall: MAX_SMALL, maxTiny: 15, page: 8192 } as const;
