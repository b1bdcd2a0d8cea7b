/**
 * Smaller blocks for objects that don't fit into an arena of less than 4 GB. Such an object is nearly
 * always a pointer-free buffer. A mark never reads it, so its size affects neither the work nor the
 * time of a mark. As a last resort, a block that holds only the references represents an object with
 * references.
 */
import { PAGE_BYTES } from '../memory/address.ts';
import { MAX_SMALL_SIZE, TINY_SIZE } from '../heap/size-classes.ts';
import { sizeOf, type HeapImage } from './heaps/image.ts';

/** Selects the objects that smaller blocks represent. */
export interface Limit {
  /** Objects larger than this are represented. Infinity: none. */
  readonly bytes: number;
  /** Whether objects with references are represented, too. */
  readonly withReferences: boolean;
}

export const WHOLE: Limit = { bytes: Infinity, withReferences: false };

/** Bytes of the smallest block that has a span of its own, so that the number of spans stays the same. */
const REPRESENTATIVE = (Math.floor(MAX_SMALL_SIZE / PAGE_BYTES) + 1) * PAGE_BYTES;
/** The largest limit that is tried. Each next one is a quarter of the last. */
const FIRST_LIMIT = 2 ** 30;
const LAST_LIMIT = TINY_SIZE;

/** Figures of the objects that smaller blocks represent. */
export interface Represented {
  readonly objects: number;
  /** Number of these objects that have references. */
  readonly withReferences: number;
  /** Sum of their true sizes. */
  readonly bytes: number;
  /** Size of each block, unless its references take more. */
  readonly blockBytes: number;
  /** Sum of the true sizes minus the sum of the block sizes. */
  readonly missingBytes: number;
  /** The same for the objects that the roots reach. */
  readonly missingLiveBytes: number;
}

/** Returns the bytes to allocate for object `i` on a machine whose pointers have `wordBytes` bytes. */
export function allocatedSize(image: HeapImage, i: number, wordBytes: number, limit: Limit = WHOLE): number {
  const references = (image.firstEdge[i + 1] - image.firstEdge[i]) * wordBytes;
  const size = sizeOf(image, i);
  if (size > limit.bytes && (references === 0 || limit.withReferences)) return Math.max(representative(limit), references);
  return Math.max(8, size, references);
}

function representative({ bytes }: Limit): number {
  return Math.min(bytes, REPRESENTATIVE);
}

/** Yields the limits to try, from the one that changes least to the one that changes most. */
export function* limits(): Generator<Limit> {
  for (const withReferences of [false, true]) {
    for (let bytes = FIRST_LIMIT; bytes >= LAST_LIMIT; bytes /= 4) yield { bytes, withReferences };
  }
}

/**
 * Counts the objects of `image` that are represented under `limit`. Returns undefined if none is.
 * @param isReachable by object: 1 if the roots reach it; without it, all objects count as reachable
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
