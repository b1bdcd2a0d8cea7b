import { expect } from 'vitest';
import { checkImage } from '../../../src/workloads/heaps/image.ts';
import type { HeapNote, HeapNoteKind } from '../../../src/workloads/heaps/heap-notes.ts';
import { readGoDump, type GoImage } from '../../../src/workloads/heaps/go-dump.ts';
import { inChunks } from './feed.ts';
import { naiveGoImage } from './go-dump-naive.ts';

export function readDump(bytes: Uint8Array, chunk = 1 << 16): Promise<GoImage> {
  return readGoDump(inChunks(bytes, chunk), { name: 'test', again: () => inChunks(bytes, chunk) });
}

function sumOf(notes: readonly HeapNote[], kinds: readonly HeapNoteKind[]): number {
  return notes.filter(({ kind }) => kinds.includes(kind)).reduce((sum, { count }) => sum + count, 0);
}

/** Expects the importer and the naive reader to find the same heap in a sound file. */
export function expectAgreement(image: GoImage, file: Buffer, grain = 1): void {
  checkImage(image);
  const { outside, rootsInside, rootsOutside, fieldsOutside, ...naive } = naiveGoImage(file, image.name, grain);
  const { counts, params: _, format: __, memStats: ___, facts, notes, places: ____, ...found } = image;
  expect(found).toEqual(naive);
  expect(sumOf(notes!, ['frame-fields', 'segment-fields'])).toBe(fieldsOutside);
  expect(facts?.groups.reduce((sum, { objects }) => sum + objects, 0)).toBe(image.objects);
  expect(counts.pointers).toMatchObject({ inside: naive.edges, outside });
  expect(counts.rootPointers).toMatchObject({ inside: rootsInside, outside: rootsOutside });
}
