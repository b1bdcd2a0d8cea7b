/** The map of the heap at checkpoints: the field `heapMap` of a recorded run. heap-map-decode.ts reads it. */
import { z } from 'zod';
import { PAGE_BYTES } from '../memory/address.ts';
import { classToBlocks, classToSize } from '../heap/size-classes.ts';
import type { HeapRecorder } from '../run/heap-recorder.ts';
import { MOMENTS, type HeapSnapshot } from '../run/heap-snapshots.ts';
import { count, ns } from './schema.ts';

/** The most rows of a snapshot: a machine of 4 GB has a span on each page. */
const MOST_ROWS = 2 ** 20;
/** Base64 of a column that was compressed with zlib. */
const column = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/).max(2 ** 24);

export const HeapMapShape = z.object({
  pageBytes: count.positive(),
  /** Pages that the arena can have. */
  arenaPages: count,
  /** For each size class the bytes of a block and the blocks of a span; class 0 is a span of one large object. */
  classes: z.array(z.object({ bytes: count, blocks: count.max(65_535) })).min(1).max(256),
  /** Collections of the run, of which one in `everyCycles` was recorded. */
  cycles: count,
  everyCycles: count.positive(),
  /** In order. The first three of the moments are those of a cycle: the world is stopped, all is swept, all is marked. */
  snapshots: z.array(z.object({
    /** Number of the collection; at the end, of the last one. */
    cycle: count,
    moment: z.enum(MOMENTS),
    atNs: ns,
    /** Pages of the arena that the heap has taken so far: those of all rows. */
    usedPages: count.max(MOST_ROWS),
    /** Spans and gaps, in the order of their addresses. */
    rows: count.max(MOST_ROWS),
    /**
     * A number for each row, little-endian: pages (32 bits), state (8 bits: gap, in use, free, stack, unswept, faulted), size class (8 bits),
     * blocks allocated and blocks marked (16 bits each).
     */
    pages: column, state: column, sizeclass: column, allocated: column, marked: column,
    /**
     * A bit for each block of one in `everySpan` spans with a size class, first the lowest bit of the first byte; each span takes whole bytes.
     */
    everySpan: count.positive(),
    allocatedBlocks: column, markedBlocks: column,
  })),
});
export type HeapMapField = z.infer<typeof HeapMapShape>;
export type SnapshotField = HeapMapField['snapshots'][number];

/** Returns the field of what `recorder` has recorded. */
export function heapMapOf({ arenaPages, pauses, snapshotEvery, snapshots }: HeapRecorder): HeapMapField {
  return {
    pageBytes: PAGE_BYTES,
    arenaPages,
    classes: Array.from(classToSize, (bytes, c) => ({ bytes, blocks: c === 0 ? 1 : classToBlocks[c] })),
    cycles: pauses.at(-1)?.cycle ?? 0,
    everyCycles: snapshotEvery,
    snapshots: snapshots.map(fieldOf),
  };
}

function fieldOf({ cycle, moment, atNs, usedPages, rows, every, columns }: HeapSnapshot): SnapshotField {
  const texts = Object.fromEntries(Object.entries(columns).map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]));
  return { cycle, moment, atNs, usedPages, rows, everySpan: every, ...(texts as Record<keyof HeapSnapshot['columns'], string>) };
}
