/**
 * Where the objects of a dump lay that this machine wrote itself, so that they can be put
 * there again. The dump says no more than addresses and sizes: the class of a block follows
 * from its size, and the start of its span from both. There is only one such start, because
 * no span has pages that a smaller one of its class could do without.
 */
import { PAGE_BYTES, PTR_TAG } from '../../memory/address.ts';
import { MAX_SMALL_SIZE, classToBlocks, classToPages, classToSize, sizeToClass } from '../../heap/size-classes.ts';
import type { Contents } from './contents.ts';
import type { GoParams } from './go-dump-format.ts';
import { GrowableUint32 } from './growable.ts';
import { listOf } from '../../base/lists.ts';

/** Pointers of the 64-bit machine are a byte offset of 32 bits under this tag. */
const TAG_WEIGHT = 2 ** 32;
export const BASE = PTR_TAG * TAG_WEIGHT;
const OWN_MINOR = 4;

/** Objects are numbered as in the image: by their addresses. */
export interface Places {
  /** Byte offset of the arena in the memory, and the pages of it that were in use. */
  readonly arenaOffset: number;
  readonly pages: number;
  /** Byte offset of each object in the arena. */
  readonly offsets: Uint32Array;
  /** Spans in their order: first page, pages, class (0 for a large object) and first object; the last one's end follows. */
  readonly spans: { readonly page: Uint32Array; readonly pages: Uint32Array; readonly sizeclass: Uint32Array; readonly firstObject: Uint32Array };
  readonly contents: Contents;
}

/**
 * Returns whether a dump may be this machine's own: Go 1.4 itself never had an arena in these 4 GB,
 * and on 32 bits the two can't be told apart.
 */
export function isOwnDump(minor: number, { ptrSize, bigEndian, heapStart, heapEnd }: GoParams): boolean {
  return minor === OWN_MINOR && ptrSize === 8 && !bigEndian
    && heapStart >= BASE && heapStart % PAGE_BYTES === 0 && heapEnd >= heapStart && heapEnd % PAGE_BYTES === 0 && heapEnd <= BASE + TAG_WEIGHT;
}

/** The places of all objects, by addresses; undefined where they don't fit this machine's spans. */
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
      // In the span of the object before, where blocks of one size follow each other.
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

/** The class whose blocks have exactly `size` bytes, 0 for whole pages; undefined for neither. */
function classOf(size: number): number | undefined {
  if (size > MAX_SMALL_SIZE) return size % PAGE_BYTES === 0 ? 0 : undefined;
  if (size === 0) return undefined;
  const c = sizeToClass(size);
  return classToSize[c] === size ? c : undefined;
}

/** The first page of the span that has a block of class `c` at `offset`; -1 if none can. */
export function spanStartOf(offset: number, c: number): number {
  const last = Math.floor(offset / PAGE_BYTES);
  if (c === 0) return offset % PAGE_BYTES === 0 ? last : -1;
  for (let start = last; start >= 0 && start > last - classToPages[c]; start--) {
    const inside = offset - start * PAGE_BYTES;
    if (inside % classToSize[c] === 0 && inside / classToSize[c] < classToBlocks[c]) return start;
  }
  return -1;
}
