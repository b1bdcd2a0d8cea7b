/**
 * Size classes, computed at load by the rule of msize.c (Go 1.3):
 *
 *   1. Step through the sizes by an alignment that grows at each power of two, so that rounding
 *      wastes at most 12.5 %.
 *   2. For each size take the smallest span whose leftover is at most 12.5 %.
 *   3. Merge two classes if their spans have the same pages and the same number of blocks.
 *
 * The load fails unless the rule gives Go's 67 classes.
 */
import { PAGE_BYTES } from '../memory/address.ts';

export const NUM_SIZE_CLASSES = 67;
/** Bytes of the largest small object. */
export const MAX_SMALL_SIZE = 32 << 10;

/** Bytes of a block that tiny objects share. */
export const TINY_SIZE = 16;
export const TINY_SIZE_CLASS = 2;

/** Bytes of a block of each class; class 0 stands for large objects. */
export const classToSize = new Int32Array(NUM_SIZE_CLASSES);
/** Pages of a span of each class. */
export const classToPages = new Int32Array(NUM_SIZE_CLASSES);
/** Blocks in a span of each class. */
export const classToBlocks = new Int32Array(NUM_SIZE_CLASSES);

const sizeToClass8 = new Uint8Array(1024 / 8 + 1);
const sizeToClass128 = new Uint8Array((MAX_SMALL_SIZE - 1024) / 128 + 1);

chooseSizes();
fillLookups();

/** Returns the size class of `size` bytes, 0 < `size` <= MAX_SMALL_SIZE. */
export function sizeToClass(size: number): number {
  return size <= 1024 - 8 ? sizeToClass8[(size + 7) >> 3] : sizeToClass128[(size - 1024 + 127) >> 7];
}

function chooseSizes(): void {
  let sizeclass = 1;
  let align = 8;
  for (let size = align; size <= MAX_SMALL_SIZE; size += align) {
    if ((size & (size - 1)) === 0) align = alignFrom(size, align);
    const bytes = spanBytes(size);
    const pages = bytes / PAGE_BYTES;
    const blocks = Math.floor(bytes / size);
    const previous = sizeclass - 1;
    if (sizeclass > 1 && pages === classToPages[previous] && blocks === Math.floor(bytes / classToSize[previous])) {
      classToSize[previous] = size;
      continue;
    }
    if (sizeclass === NUM_SIZE_CLASSES) throw new Error('size classes: the rule gives more than 67');
    classToPages[sizeclass] = pages;
    classToSize[sizeclass] = size;
    sizeclass++;
  }
  if (sizeclass !== NUM_SIZE_CLASSES) throw new Error(`size classes: the rule gives ${sizeclass}, not 67`);
  if (classToSize[TINY_SIZE_CLASS] !== TINY_SIZE) throw new Error('size classes: class 2 is not 16 bytes');
  for (let c = 1; c < NUM_SIZE_CLASSES; c++) {
    classToBlocks[c] = Math.floor((classToPages[c] * PAGE_BYTES) / classToSize[c]);
  }
}

/** Returns the step between classes from `size`, a power of two, on. */
function alignFrom(size: number, align: number): number {
  if (size >= 2048) return 256;
  if (size >= 128) return size / 8;
  if (size >= 16) return 16;
  return align;
}

/** Returns the bytes of the smallest span for blocks of `size` bytes whose leftover is at most an eighth. */
function spanBytes(size: number): number {
  let bytes = PAGE_BYTES;
  while (bytes % size > bytes / 8) bytes += PAGE_BYTES;
  return bytes;
}

function fillLookups(): void {
  let next = 0;
  for (let c = 1; c < NUM_SIZE_CLASSES; c++) {
    for (; next < 1024 && next <= classToSize[c]; next += 8) sizeToClass8[next / 8] = c;
    for (; next >= 1024 && next <= classToSize[c]; next += 128) sizeToClass128[(next - 1024) / 128] = c;
  }
}
