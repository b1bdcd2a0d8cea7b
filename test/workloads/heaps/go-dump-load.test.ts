import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { accountFor, loadedBlocks, reachable } from '../../../src/workloads/account.ts';
import { collect } from '../../../src/workloads/collect.ts';
import { openHeapFile } from '../../../src/workloads/heaps/open-heap.ts';
import { imageNeeds, loadImage } from '../../../src/workloads/load-image.ts';
import { classToSize, sizeToClass } from '../../../src/heap/size-classes.ts';
import { runOnOneP } from '../../support/machine.ts';

/** The slice of roots is the only object that the machine adds. */
const OWN_OBJECTS = 1;

describe.each([
  { go: '1.4', objects: 114_936, edges: 215_179, live: 114_921 },
  { go: '1.19', objects: 114_748, edges: 214_039, live: 114_742 },
])('the heap of a program of Go $go', ({ go, objects, edges, live }) => {
  const path = fileURLToPath(new URL(`../../fixtures/go-dumps/go${go}-indexer.heapdump.gz`, import.meta.url));

  it('is loaded, and a collection keeps exactly the reachable objects', async () => {
    const image = await openHeapFile(path);
    expect(image).toMatchObject({ objects, edges });
    const reached = reachedFrom(image.roots, image.firstEdge, image.targets);
    expect(reached.size).toBe(live);
    const bytes = [...reached].reduce((sum, i) => sum + blockBytes(image.sizes[i]), 0);

    let refs: Uint32Array = new Uint32Array(0);
    const { arenaBytes } = imageNeeds(image);
    const { m, memstats } = runOnOneP(collect, { runs: 1 }, {
      arenaMB: arenaBytes / 2 ** 20,
      build: (mem, m0) => {
        refs = loadImage(mem, m0, image);
      },
    });
    expect(memstats.HeapObjects).toBe(reached.size + OWN_OBJECTS);
    expect(memstats.Alloc).toBe(bytes + blockBytes(8 * image.roots.length));
    // Every object of the file is alive or was freed.
    expect(memstats.Mallocs).toBe(objects + OWN_OBJECTS);
    expect(memstats.Frees).toBe(objects - reached.size);
    expect(accountFor(m, image, loadedBlocks(m, refs, reachable(image)))).toEqual({
      objects, edges, reachable: reached.size, unreachable: objects - reached.size, freed: objects - reached.size, inUse: 0,
    });
  });
});

function reachedFrom(roots: Uint32Array, firstEdge: Uint32Array, targets: Uint32Array): ReadonlySet<number> {
  const reached = new Set(roots);
  for (const i of reached) for (let e = firstEdge[i]; e < firstEdge[i + 1]; e++) reached.add(targets[e]);
  return reached;
}

function blockBytes(size: number): number {
  return size > 32 * 1024 ? Math.ceil(size / 8192) * 8192 : classToSize[sizeToClass(size)];
}
