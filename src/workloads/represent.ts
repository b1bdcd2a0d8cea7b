/**
 * Objects that are too large for an arena of less than 4 GB are represented by smaller blocks. Such
 * an object is nearly always pointer-free: a buffer, which a mark never reads. Its size changes
 * neither what a mark does nor how long it takes, so it need not be backed by memory. As a last
 * resort an object with references is represented too, by a block that holds them.
 */
import { PAGE_BYTES } from '../memory/address.ts';
import { MAX_SMALL_SIZE, TINY_SIZE } from '../heap/size-classes.ts';
import { sizeOf, type HeapImage } from './heaps/image.ts';

/** Which objects have blocks of their size. */
export interface Limit {
  /** Larger objects are represented; Infinity: none is. */
  readonly bytes: number;
  /** Objects with references are represented too. */
  readonly withReferences: boolean;
}

export const WHOLE: Limit = { bytes: Infinity, withReferences: false };

/** The smallest block with a span of its own, so that there are as many spans as with true sizes. */
const REPRESENTATIVE = (Math.floor(MAX_SMALL_SIZE / PAGE_BYTES) + 1) * PAGE_BYTES;
/** The largest limit that is tried; each next one is a quarter. */
const FIRST_LIMIT = 2 ** 30;
const LAST_LIMIT = TINY_SIZE;

/** Objects that are represented by smaller blocks. */
export interface Represented {
  readonly objects: number;
  /** How many of them have references. */
  readonly withReferences: number;
  /** Their true sizes together. */
  readonly bytes: number;
  /** The size of each one's block, but for references that take more. */
  readonly blockBytes: number;
  /** How much of their true sizes the blocks lack, for all objects and for those that the roots reach. */
  readonly missingBytes: number;
  readonly missingLiveBytes: number;
}

/** The bytes that object `i` asks for on a machine whose pointers have `wordBytes`. */
export function allocatedSize(image: HeapImage, i: number, wordBytes: number, limit: Limit = WHOLE): number {
  const references = (image.firstEdge[i + 1] - image.firstEdge[i]) * wordBytes;
  const size = sizeOf(image, i);
  if (size > limit.bytes && (references === 0 || limit.withReferences)) return Math.max(representative(limit), references);
  return Math.max(8, size, references);
}

function representative({ bytes }: Limit): number {
  return Math.min(bytes, REPRESENTATIVE);
}

/** The limits that represent something, from the one that changes least to the one that changes most. */
export function* limits(): Generator<Limit> {
  for (const withReferences of [false, true]) {
    for (let bytes = FIRST_LIMIT; bytes >= LAST_LIMIT; bytes /= 4) yield { bytes, withReferences };
  }
}

/**
 * Adds up what `limit` represents in `image`; undefined if that is nothing.
 * @param isReachable by object: 1 if the roots reach it; all are taken as reachable without it
 */
export function representedObjects(image: HeapImage, wordBytes: number, limit: Limit, isReachable?: Uint8Array): Represented | undefined {
  let [objects, withReferences, bytes, missingBytes, missingLiveBytes] = [0, 0, 0, 0, 0];
  for (let i = 0; limit !== WHOLE && i < image.objects; i++) {
    const size = sizeOf(image, i);
    const missing = size - allocatedSize(image, i, wordBytes, limit);
    if (missing <= 0) continue;
    objects++;
    bytes += size;
    missingBytes += missing;
    if (image.firstEdge[i] !== image.firstEdge[i + 1]) withReferences++;
    if (isReachable?.[i] !== 0) missingLiveBytes += missing;
  }
  return objects === 0 ? undefined : { objects, withReferences, bytes, blockBytes: representative(limit), missingBytes, missingLiveBytes };
}
