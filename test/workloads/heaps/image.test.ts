import { describe, expect, it } from 'vitest';
import { HeapFormatError } from '../../../src/workloads/heaps/format-error.ts';
import { checkImage, isPointerFree, type HeapImage } from '../../../src/workloads/heaps/image.ts';

const image: HeapImage = {
  name: 'example',
  objects: 3,
  edges: 2,
  bytes: 40,
  sizes: Uint32Array.of(16, 0, 24),
  firstEdge: Uint32Array.of(0, 2, 2, 2),
  targets: Uint32Array.of(1, 2),
  roots: Uint32Array.of(0),
};

describe('checkImage', () => {
  it('accepts an image that satisfies the invariants', () => {
    expect(() => checkImage(image)).not.toThrow();
  });

  it('takes an object without edges as pointer-free', () => {
    expect([0, 1, 2].map((i) => isPointerFree(image, i))).toEqual([false, true, true]);
  });

  it.each<[string, Partial<HeapImage>]>([
    ['has 4 objects but 3 sizes', { objects: 4 }],
    ['has 3 edges but 2 targets', { edges: 3 }],
    ['has 3 objects but 3 edge offsets instead of one more', { firstEdge: Uint32Array.of(0, 2, 2) }],
    ['the first edge of object 0 is 1 instead of 0', { firstEdge: Uint32Array.of(1, 2, 2, 2) }],
    ['has 2 edges but the last edge offset is 1', { firstEdge: Uint32Array.of(0, 1, 1, 1) }],
    ['has 41 bytes but its sizes add up to 40', { bytes: 41 }],
    ['the edges of object 1 end before they begin', { firstEdge: Uint32Array.of(0, 2, 1, 2) }],
    ['edge 1 leads to object 3, and there are only 3', { targets: Uint32Array.of(1, 3) }],
    ['root 0 leads to object 9, and there are only 3', { roots: Uint32Array.of(9) }],
  ])('reports: %s', (problem, change) => {
    const check = (): void => checkImage({ ...image, ...change });
    expect(check).toThrow(HeapFormatError);
    expect(check).toThrow(`example: ${problem}`);
  });
});
