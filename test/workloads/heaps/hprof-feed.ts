import { readHprof, type HprofImage } from '../../../src/workloads/heaps/hprof.ts';
import type { HeapNote } from '../../../src/workloads/heaps/heap-notes.ts';
import { inChunks } from './feed.ts';

export function readBytes(bytes: Uint8Array, chunk = 1 << 16): Promise<HprofImage> {
  return readHprof(inChunks(bytes, chunk), { name: 'test' });
}

/** What was passed over or repaired; most heaps here are too sparse to show sizes, which is told apart. */
export function repairsOf({ notes = [] }: HprofImage): HeapNote[] {
  return notes.filter(({ kind }) => kind !== 'usual-sizes');
}

/** By objects in the image's order: where the edges lead. */
export function edgesOf({ objects, firstEdge, targets }: HprofImage): number[][] {
  return Array.from({ length: objects }, (_, i) => [...targets.subarray(firstEdge[i], firstEdge[i + 1])]);
}
