import { readHprof, type HprofImage } from '../../../src/workloads/heaps/hprof.ts';
import type { HeapNote } from '../../../src/workloads/heaps/heap-notes.ts';
import { inChunks } from './feed.ts';

export function readBytes(bytes: Uint8Array, chunk = 1 << 16): Promise<HprofImage> {
  return readHprof(inChunks(bytes, chunk), { name: 'test' });
}

/** Returns the notes of skipped and repaired faults. Most heaps here are too sparse to show sizes, so that note is excluded. */
export function repairsOf({ notes = [] }: HprofImage): HeapNote[] {
  return notes.filter(({ kind }) => kind !== 'usual-sizes');
}

/** Returns, by object, the targets of its edges. */
export function edgesOf({ objects, firstEdge, targets }: HprofImage): number[][] {
  return Array.from({ length: objects }, (_, i) => [...targets.subarray(firstEdge[i], firstEdge[i + 1])]);
}
