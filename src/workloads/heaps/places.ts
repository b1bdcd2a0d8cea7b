/**
 * The places of the objects in a dump of this machine, for restoring them. The dump holds only
 * addresses and sizes. The class of a block follows from its size, and the start of its span from
 * its address and class. The start is unique, because a span has only the pages that its class needs.
 */
import { PAGE_BYTES, PTR_TAG } from '../../memory/address.ts';
import { MAX_SMALL_SIZE, classToBlocks, classToPages, classToSize, sizeToClass } from '../../heap/size-classes.ts';
import type { Contents } from './contents.ts';
import type { GoParams } from './go-dump-format.ts';
import { GrowableUint32 } from './growable.ts';
import { listOf } from '../../base/large-arrays.ts';

/** A pointer of the 64-bit machine is the tag times this weight plus a 32-bit byte offset. */
const TAG_WEIGHT = 2 ** 32;
export const BASE = PTR_TAG * TAG_WEIGHT;
const OWN_MINOR = 4;

/** Lists are indexed by object number, in the order of addresses, as in the image. */
export interface Places {
  /** Byte offset of the arena in the memory. */
  readonly arenaOffset: number;
  /** Pages of the arena in use. */
  readonly pages: number;
  /** Byte offset of each object in the arena. */
  readonly offsets: Uint32Array;
  /** Spans in order: first page, pages, class (0: large object), first object. `firstObject` has a final entry for the end. */
  readonly spans: { readonly page: Uint32Array; readonly pages: Uint32Array; readonly sizeclass: Uint32Array; readonly firstObject: Uint32Array };
  readonly contents: Contents;
}

/**
 * Reports whether a dump is one of this machine. Go 1.4 never had an arena in these 4 GB. Dumps of the
 * 32-bit machine can't be told from those of Go and don't count.
 */
export function isOwnDump(minor: number, { ptrSize, bigEndian, heapStart, heapEnd }: GoParams): boolean {
  return minor === OWN_MINOR && ptrSize === 8 && !bigEndian
    && heapStart >= BASE && heapStart % PAGE_BYTES === 0 && heapEnd >= heapStart && heapEnd % PAGE_BYTES === 0 && heapEnd <= BASE + TAG_WEIGHT;
}

/** Returns the places of all objects, or undefined if they don't fit spans of this machine. */
export function placesOf(minor: number, params: GoParams, starts: Float64Array, sizes: Uint32Array, contents: Contents): Places | undefined {
  if (!isOwnDump(minor, params)) return undefined;
  const { heapStart, heapEnd } = params;
  const pages = (heapEnd - heapStart) / PAGE_BYTES;
  const offsets = listOf(starts.length);
  for (let i = 0; i < starts.length; i++) {
    const offset = starts[i] - heapStart;
    if (offset < 0 || offset >= pages * PAGE_BYTES) return undefined;
    offsets[i] = offset;
  }
  const spans = spansOf(offsets, sizes, pages);
  return spans === undefined ? undefined : { arenaOffset: heapStart - BASE, pages, offsets, spans, contents };
}

function spansOf(offsets: Uint32Array, sizes: Uint32Array, heapPages: number): Places['spans'] | undefined {
  const [page, pages, sizeclass, firstObject] = [new GrowableUint32(), new GrowableUint32(), new GrowableUint32(), new GrowableUint32()];
  let start = 0;
  let end = 0;
  let limit = 0;
  let size = 0;
  for (let i = 0; i < offsets.length; i++) {
    if (offsets[i] < end * PAGE_BYTES) {
      // Within the span of the object before, in which all blocks have one size.
      if (sizes[i] !== size || offsets[i] >= limit || (offsets[i] - start * PAGE_BYTES) % size !== 0) return undefined;
      continue;
    }
    size = sizes[i];
    const c = classOf(size);
    if (c === undefined) return undefined;
    const before = end;
    start = spanStartOf(offsets[i], c);
    end = start + (c === 0 ? size / PAGE_BYTES : classToPages[c]);
    limit = start * PAGE_BYTES + (c === 0 ? size : size * classToBlocks[c]);
    if (start < before || end > heapPages) return undefined;
    page.push(start);
    pages.push(end - start);
    sizeclass.push(c);
    firstObject.push(i);
  }
  firstObject.push(offsets.length);
  return { page: page.finish(), pages: pages.finish(), sizeclass: sizeclass.finish(), firstObject: firstObject.finish() };
}

/** Returns the class whose blocks have exactly `size` bytes, 0 for whole pages, or undefined. */
function classOf(size: number): number | undefined {
  if (size > MAX_SMALL_SIZE) return size % PAGE_BYTES === 0 ? 0 : undefined;
  if (size === 0) return undefined;
  const c = sizeToClass(size);
  return classToSize[c] === size ? c : undefined;
}

/** Returns the first page of the span that has a block of class `c` at byte `offset`, or -1 if none can. */
export function spanStartOf(offset: number, c: number): number {
  const last = Math.floor(offset / PAGE_BYTES);
  if (c === 0) return offset % PAGE_BYTES === 0 ? last : -1;
  for (let start = last; start >= 0 && start > last - classToPages[c]; start--) {
    const inside = offset - start * PAGE_BYTES;
    if (inside % classToSize[c] === 0 && inside / classToSize[c] < classToBlocks[c]) return start;
  }
  return -1;
}
