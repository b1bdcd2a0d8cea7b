/** The form of a heap map: the spans of a stopped machine in the order of their addresses. It imports nothing. */

/**
 * The states of a span in a heap map, by number. `gap`: pages that don't belong to the heap. `unswept`: in use, and still to be
 * swept for the last collection. `faulted`: freed under efence, never used again.
 */
export const MAP_STATES = ['gap', 'in use', 'free', 'stack', 'unswept', 'faulted'] as const;
export const MAP_STATE = { gap: 0, inUse: 1, free: 2, stack: 3, unswept: 4, faulted: 5 } as const;

/** A row for each span or gap, in columns of equal length; together their pages are the arena in use. */
export interface SpanColumns {
  readonly pages: Uint32Array;
  /** One of MAP_STATE. */
  readonly state: Uint8Array;
  /** Size class; 0 for a large object, and for every span that has no blocks. */
  readonly sizeclass: Uint8Array;
  /** Allocated blocks, live or not yet swept: Go's `ref`. */
  readonly allocated: Uint16Array;
  /** Blocks with a mark. */
  readonly marked: Uint16Array;
}

/**
 * The blocks of some spans, a bit for each, the lowest bit of the first byte for the first block. Each span takes whole
 * bytes; the spans follow each other in the order of their addresses.
 */
export interface BlockBits {
  /** Of the spans with a size class, numbered from 0, those whose number is a multiple of `every` are here. */
  readonly every: number;
  readonly allocated: Uint8Array;
  readonly marked: Uint8Array;
}

/** The bytes in which each span's bits of BlockBits lie. */
export function bytesOfBlocks(blocks: number): number {
  return (blocks + 7) >> 3;
}
