/** Real heaps as graphs of the benchmarks: a heap file that sweepgen reads, and the same heap in the form that bench/peers reads. */
import { writeFileSync } from 'node:fs';
import type { HeapImage } from '../src/workloads/heaps/image.ts';
import { openHeapFile } from '../src/workloads/heaps/open-heap.ts';

/** A graph to mark: the name of a synthetic one, or a heap. */
export type Graph = string | HeapImage;

export function nameOf(graph: Graph): string {
  return typeof graph === 'string' ? graph : graph.name;
}

/** Reads heap files. @throws HeapFormatError */
export function readHeaps(paths: readonly string[]): Promise<HeapImage[]> {
  return Promise.all(paths.map((path) => openHeapFile(path)));
}

const MAGIC = 0x7061_6568;

/** Writes `heap` to `path` as bench/peers/heapfile.go describes. */
export function writeHeapFile({ objects, edges, sizes, firstEdge, targets, roots }: HeapImage, path: string): void {
  const lists = [Uint32Array.of(MAGIC, objects, edges, roots.length), sizes.subarray(0, objects), firstEdge.subarray(0, objects + 1), targets.subarray(0, edges), roots];
  writeFileSync(path, Buffer.concat(lists.map((list) => Buffer.from(list.buffer, list.byteOffset, list.byteLength))));
}
