import { getHeapSnapshot } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { checkImage, type HeapImage } from '../../../src/workloads/heaps/image.ts';
import { readOwnHeap } from '../../../src/workloads/heaps/self.ts';
import { readText } from './feed.ts';
import { naiveImage } from './naive-v8.ts';
import { seeds } from '../../support/nightly.ts';
import { reachable } from './reachable.ts';

describe('the importer of this process', () => {
  it('imports the heap of this process, mostly reachable and about as large as V8 reports', async () => {
    // About 20 MB, so that hidden memory of V8 and new garbage hardly matter.
    const ballast = Array.from({ length: 80 }, () => Array<number>(1 << 15).fill(0.5));
    const image = await readOwnHeap();
    const used = process.memoryUsage().heapUsed;
    expect(ballast.length).toBeLessThan(image.objects);
    checkImage(image);
    expect(image.name).toBe('own heap');
    expect(image.weakEdges).toBeGreaterThan(0);
    expect(reachable(image)).toBeGreaterThan(image.objects / 2);
    expect(image.bytes / used).toBeGreaterThan(0.8);
    expect(image.bytes / used).toBeLessThan(1.2);
  });

  /** One entry at night: the snapshot of a test process is large. */
  it.each(Array.from({ length: seeds(0, 1) }))('reads the same heap as JSON.parse', async () => {
    const pieces: Buffer[] = [];
    for await (const piece of getHeapSnapshot()) pieces.push(piece);
    const bytes = Buffer.concat(pieces);
    const image = await readText(bytes);
    const naive = naiveImage(bytes.toString(), 'test');
    for (const key of ['sizes', 'firstEdge', 'targets', 'roots'] as const) {
      expect(Buffer.compare(asBytes(image[key]), asBytes(naive[key])), key).toBe(0);
    }
    expect(summary(image)).toEqual(summary(naive));
  });
});

function asBytes(list: Uint32Array): Buffer {
  return Buffer.from(list.buffer, list.byteOffset, list.byteLength);
}

function summary(image: HeapImage): Partial<HeapImage> {
  return { ...image, sizes: undefined, firstEdge: undefined, targets: undefined, roots: undefined };
}
