import { describe, expect, it } from 'vitest';
import { MAX_SMALL_SIZE, NUM_SIZE_CLASSES, TINY_SIZE, TINY_SIZE_CLASS, classToBlocks, classToPages, classToSize, sizeToClass } from '../../src/heap/size-classes.ts';
import { PAGE_BYTES } from '../../src/memory/address.ts';

/** runtime.MemStats.BySize and beyond, of Go 1.4. */
const GO_1_4 = [
  0, 8, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416, 448, 480, 512, 576, 640, 704,
  768, 896, 1024, 1152, 1280, 1408, 1536, 1664, 2048, 2304, 2560, 2816, 3072, 3328, 4096, 4608, 5376, 6144, 6400, 6656, 6912, 8192, 8448,
  8704, 9472, 10496, 12288, 13568, 14080, 16384, 16640, 17664, 20480, 21248, 24576, 24832, 28416, 32768,
];

const CLASSES = Array.from({ length: NUM_SIZE_CLASSES - 1 }, (_, i) => i + 1);

describe('the size classes', () => {
  it('are the 67 of Go 1.4', () => {
    expect([...classToSize]).toEqual(GO_1_4);
  });

  it('give every size the smallest class that fits', () => {
    let smallest = 1;
    for (let size = 1; size <= MAX_SMALL_SIZE; size++) {
      if (classToSize[smallest] < size) smallest++;
      if (sizeToClass(size) !== smallest) expect({ size, sizeclass: sizeToClass(size) }).toEqual({ size, sizeclass: smallest });
    }
    expect(sizeToClass(MAX_SMALL_SIZE)).toBe(NUM_SIZE_CLASSES - 1);
  });

  it('leave at most an eighth of a span unused', () => {
    for (const c of CLASSES) {
      const bytes = classToPages[c] * PAGE_BYTES;
      expect((bytes - classToBlocks[c] * classToSize[c]) / bytes).toBeLessThanOrEqual(0.125);
    }
  });

  it('have as many blocks in a span as fit into its pages', () => {
    for (const c of CLASSES) {
      expect(classToBlocks[c]).toBe(Math.floor((classToPages[c] * PAGE_BYTES) / classToSize[c]));
      expect(classToBlocks[c]).toBeGreaterThan(0);
    }
  });

  it('have 16-byte blocks for tiny objects as class 2', () => {
    expect([TINY_SIZE_CLASS, TINY_SIZE, classToSize[TINY_SIZE_CLASS]]).toEqual([2, 16, 16]);
  });
});
