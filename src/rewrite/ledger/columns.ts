/**
 * The ledger: what the driver itself has counted of an execution, call by call, outside the shared
 * memory. The exploration build counts at the entry of functions (entries.ts); the real code holds
 * nothing of it. A statistic of the machine that disagrees with the ledger is wrong (laws.ts).
 */
import { CLASSES, CLASS_BYTES } from '../../verify/classes.ts';

/** Numbers of the ledger, by what they count. */
export const COLUMN = {
  /** Tiny objects asked for, whether or not they shared a block. */
  tiny: 0,
  /** Large objects, and the bytes of their pages. */
  large: 1,
  largeBytes: 2,
  /** Blocks that the profiler must not sample. */
  unprofiled: 3,
  /** Calls of mlookup, and of free for a block. */
  lookups: 4,
  freed: 5,
  /** Cycles begun. */
  cycles: 6,
  /** Finalizers queued, and run. */
  queued: 7,
  ran: 8,
  /** Samples of the profiler and their frees, by the three stages of a bucket. */
  recentAllocs: 9,
  prevAllocs: 10,
  allocs: 11,
  recentFrees: 12,
  prevFrees: 13,
  frees: 14,
  /** Workbufs split for others since the last cycle ended, and the objects given away with them. */
  handoffs: 15,
  handoffObjects: 16,
  /** Spans swept since the last mark ended. */
  swept: 17,
  /** Looks of the finalizer goroutine for something to run. */
  finqLooks: 18,
  /** 1: the execution began with the ledger that its memory was made with. */
  kept: 19,
  /** Blocks asked for, of each class; tiny ones are not among them. */
  small: 20,
} as const;

export const COLUMNS = COLUMN.small + CLASSES;

const MAX_SMALL = CLASS_BYTES[CLASSES - 1];

/** By a size in steps of 8 bytes, its class. */
export const CLASS_OF_EIGHTH: Uint8Array = Uint8Array.from({ length: MAX_SMALL / 8 + 1 }, (_, eighth) => CLASS_BYTES.findIndex((bytes) => bytes >= eighth * 8));

/** The largest small object, and the bytes of a page, as they are known from outside. */
export const SIZES = { maxSmall: MAX_SMALL, maxTiny: 15, page: 8192 } as const;
