/**
 * Loads an imported heap:
 *
 *   1. allocate every object with its real size, in a block of its own,
 *   2. store the references of each object in its first words, in the order of the image,
 *   3. store the roots in one slice that the initialised data holds.
 *
 * If the size of an object doesn't hold its references, the object is enlarged. The size of a V8
 * object, for example, excludes the elements and properties that a snapshot counts among its edges.
 * A smaller block can represent a large object; see represent.ts.
 */
import type { Mem } from '../memory/struct.ts';
import { ptrWords } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import type { MRef } from '../machine/m.ts';
import { BIT_SCAN, bitsShift, bitsWord } from '../heap/bitmap.ts';
import { MAX_SMALL_SIZE, NUM_SIZE_CLASSES, TINY_SIZE, classToSize, sizeToClass } from '../heap/size-classes.ts';
import { FLAG_NOSCAN } from '../malloc/flags.ts';
import { mallocgc } from '../malloc/malloc.ts';
import { dataAt, storeWord } from '../runtime/mutator.ts';
import { SLACK_BYTES, spanBytes } from './footprint.ts';
import { isPointerFree, sizeOf, type HeapImage } from './heaps/image.ts';
import { WHOLE, allocatedSize, type Limit } from './represent.ts';
import { listOf } from '../base/large-arrays.ts';

/** Word of the data segment that holds the slice of roots. */
const ROOTS = 0;

/** The memory that an image takes in this allocator. */
export interface ImageNeeds {
  /** Bytes of arena: whole spans, the slice of roots, and SLACK_BYTES. */
  readonly arenaBytes: number;
  readonly objects: number;
  /** Bytes of the blocks of all objects, each rounded up to its size class. */
  readonly blockBytes: number;
  /** Number of objects that are enlarged to hold their references. */
  readonly enlarged: number;
  /** Bytes by which they are enlarged. */
  readonly enlargedBytes: number;
}

/** Computes the memory that `image` takes. O(objects); allocates nothing. @param wordBytes bytes of a pointer */
export function imageNeeds(image: HeapImage, wordBytes = 8, limit: Limit = WHOLE): ImageNeeds {
  const counts = new Int32Array(NUM_SIZE_CLASSES);
  let arenaBytes = SLACK_BYTES + spanBytes(image.roots.length * wordBytes, 1);
  let blockBytes = 0;
  let enlarged = 0;
  let enlargedBytes = 0;
  for (let i = 0; i < image.objects; i++) {
    const size = allocatedSize(image, i, wordBytes, limit);
    const more = size - Math.max(8, sizeOf(image, i));
    if (more > 0) {
      enlarged++;
      enlargedBytes += more;
    }
    if (size > MAX_SMALL_SIZE) {
      arenaBytes += spanBytes(size, 1);
      blockBytes += spanBytes(size, 1);
    } else {
      counts[sizeToClass(size)]++;
    }
  }
  for (let c = 1; c < NUM_SIZE_CLASSES; c++) {
    if (counts[c] === 0) continue;
    arenaBytes += spanBytes(classToSize[c], counts[c]);
    blockBytes += classToSize[c] * counts[c];
  }
  // Spans of several pages leave gaps between them.
  return { arenaBytes: Math.ceil(arenaBytes * 1.02), objects: image.objects, blockBytes, enlarged, enlargedBytes };
}

/** Objects in a piece, which takes some milliseconds. */
const PIECE = 1 << 16;

/**
 * Builds `image` in the heap, on M 0, before collections are enabled.
 * @returns the reference of each object
 * @throws Fatal OUT_OF_MEMORY if the arena has no room
 */
export function loadImage(m: Mem, m0: MRef, image: HeapImage, limit: Limit = WHOLE): Uint32Array {
  const pieces = loadImageInPieces(m, m0, image, limit);
  for (;;) {
    const { done, value } = pieces.next();
    if (done) return value;
  }
}

/** Does the work of loadImage in pieces. Yields after each, so that the caller can do other work or stop. */
export function* loadImageInPieces(m: Mem, m0: MRef, image: HeapImage, limit: Limit = WHOLE): Generator<void, Uint32Array> {
  const refs = listOf(image.objects);
  for (let first = 0; first < image.objects; first += PIECE) {
    allocate(m, m0, refs, image, limit, first, Math.min(first + PIECE, image.objects));
    yield;
  }
  for (let first = 0; first < image.objects; first += PIECE) {
    const end = Math.min(first + PIECE, image.objects);
    for (let i = first; i < end; i++) link(m, refs, image, i);
    yield;
  }
  if (image.roots.length === 0) return refs;
  const slice = mallocgc(m, m0, image.roots.length * ptrWords(m) * 4, 0);
  for (let i = 0; i < image.roots.length; i++) storeWord(m, slice, i, refs[image.roots[i]]);
  storeWord(m, dataAt(m, ROOTS), 0, slice);
  return refs;
}

/** Allocates the objects from `first` up to `end`, exclusive, and stores their references in `refs`. */
function allocate(m: Mem, m0: MRef, refs: Uint32Array, image: HeapImage, limit: Limit, first: number, end: number): void {
  const wordBytes = ptrWords(m) * 4;
  for (let i = first; i < end; i++) {
    const size = allocatedSize(image, i, wordBytes, limit);
    if (!isPointerFree(image, i)) refs[i] = mallocgc(m, m0, size, 0);
    else refs[i] = size < TINY_SIZE ? smallPointerFree(m, m0, size) : mallocgc(m, m0, size, FLAG_NOSCAN);
  }
}

/** Allocates a pointer-free object in a block of its own. With FLAG_NOSCAN malloc would put several into one tiny block. */
function smallPointerFree(m: Mem, m0: MRef, size: number): Ref {
  const p = mallocgc(m, m0, size, 0);
  m[bitsWord(m, p)] &= ~(BIT_SCAN << bitsShift(m, p));
  return p;
}

function link(m: Mem, refs: Uint32Array, image: HeapImage, i: number): void {
  const obj: Ref = refs[i];
  const first = image.firstEdge[i];
  const end = image.firstEdge[i + 1];
  for (let edge = first; edge < end; edge++) storeWord(m, obj, edge - first, refs[image.targets[edge]]);
}
