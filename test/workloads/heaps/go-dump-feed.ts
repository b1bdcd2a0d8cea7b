import { expect } from 'vitest';
import { checkImage } from '../../../src/workloads/heaps/image.ts';
import { readGoDump, type GoImage } from '../../../src/workloads/heaps/go-dump.ts';
import { inChunks } from './feed.ts';
import { naiveGoImage } from './go-dump-naive.ts';

export function readDump(bytes: Uint8Array, chunk = 1 << 16): Promise<GoImage> {
  return readGoDump(inChunks(bytes, chunk), { name: 'test', again: () => inChunks(bytes, chunk) });
}

/** Both readers see the same heap in a sound file. */
export function expectAgreement(image: GoImage, file: Buffer, grain = 1): void {
  checkImage(image);
  const { outside, rootsInside, rootsOutside, ...naive } = naiveGoImage(file, image.name, grain);
  const { counts, params: _, format: __, memStats: ___, facts, places: ____, ...found } = image;
  expect(found).toEqual(naive);
  expect(facts?.groups.reduce((sum, { objects }) => sum + objects, 0)).toBe(image.objects);
  expect(counts.pointers).toMatchObject({ inside: naive.edges, outside });
  expect(counts.rootPointers).toMatchObject({ inside: rootsInside, outside: rootsOutside });
}
