import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../src/base/root.ts';
import { buildModelHeap } from '../../src/model/heap.ts';
import { collectArgs } from '../../src/workloads/collect.ts';
import type { HeapImage } from '../../src/workloads/heaps/image.ts';

// Threads run what was built.
const { startRuntime } = (await import(pathToFileURL(join(ROOT, 'dist/src/index.js')).href)) as typeof import('../../src/index.ts');

const GB = 2 ** 30;
/** An object that refers to two buffers, of 3 and 5 GiB; a third one of 6 GiB is garbage. */
const image: HeapImage = {
  name: 'large', objects: 4, edges: 2, bytes: 14 * GB + 16,
  sizes: Uint32Array.of(16, 3 * GB, 2 ** 32 - 1, 2 ** 32 - 1),
  oversized: new Map([[2, 5 * GB], [3, 6 * GB]]),
  firstEdge: Uint32Array.of(0, 2, 2, 2, 2),
  targets: Uint32Array.of(1, 2),
  roots: Uint32Array.of(0),
};

describe('a heap of 14 GB of buffers', () => {
  it('is collected in a small arena', async () => {
    const { finished, map } = await startRuntime({ workload: 'collect', args: collectArgs(1, [1], false), heap: image, procs: 1, gogc: 'off', verify: true });
    const { heap, cycles } = await finished;
    expect(heap).toMatchObject({ objects: 4, reachable: 3, unreachable: 1, freed: 1 });
    expect(heap!.represented).toEqual({
      objects: 3, withReferences: 0, bytes: 14 * GB, blockBytes: 40_960, missingBytes: 14 * GB - 3 * 40_960, missingLiveBytes: 8 * GB - 2 * 40_960,
    });
    expect(cycles.at(-1)!.objectsMarked).toBe(4); // with the slice of the roots
    expect(map.words * 4).toBeLessThan(GB);
  });

  it('is modelled with its true size', async () => {
    const { objects, bytes, represented } = await buildModelHeap({ workload: 'collect', image, procs: 2 });
    expect(objects).toBe(5);
    expect(bytes - represented!.missingBytes).toBe(16 + 3 * 40_960 + 8);
  });
});
