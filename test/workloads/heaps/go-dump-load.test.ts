import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { collect } from '../../../src/workloads/collect.ts';
import { isPointerFree } from '../../../src/workloads/heaps/image.ts';
import { openHeapFile } from '../../../src/workloads/heaps/open-heap.ts';
import { imageNeeds, loadImage } from '../../../src/workloads/load-image.ts';
import { classToSize, sizeToClass } from '../../../src/heap/size-classes.ts';
import { runOnOneP } from '../../support/machine.ts';

/** Below it, blocks without pointers share one of 16 bytes. */
const TINY = 16;

describe.each(['1.4', '1.19'])('the heap of a program of Go %s, in this allocator', (go) => {
  const path = fileURLToPath(new URL(`../../fixtures/go-dumps/go${go}-indexer.heapdump.gz`, import.meta.url));

  it('lives on exactly as far as its roots reach', async () => {
    const image = await openHeapFile(path);
    const { firstEdge, targets, sizes, objects } = image;
    const isLive = new Uint8Array(objects);
    const live = [...image.roots];
    for (const root of live) isLive[root] = 1;
    for (let i = 0; i < live.length; i++) {
      for (let e = firstEdge[live[i]]; e < firstEdge[live[i] + 1]; e++) {
        if (isLive[targets[e]] === 1) continue;
        isLive[targets[e]] = 1;
        live.push(targets[e]);
      }
    }

    // Blocks of the tiny allocator hold several objects each, so they are counted apart.
    const isTiny = (i: number): boolean => sizes[i] < TINY && isPointerFree(image, i);
    const tiny = live.filter(isTiny);
    const counted = live.filter((i) => !isTiny(i));
    const bytes = counted.reduce((sum, i) => sum + blockBytes(sizes[i]), 0);
    const rootBytes = blockBytes(8 * image.roots.length);

    const { arenaBytes } = imageNeeds(image);
    const { memstats } = runOnOneP(collect, { runs: 1 }, { arenaMB: arenaBytes / 2 ** 20, build: (m, m0) => loadImage(m, m0, image) });
    const tinyBlocks = memstats.HeapObjects - counted.length - 1;
    expect(tinyBlocks).toBeGreaterThanOrEqual(Math.ceil(tiny.length / 2));
    expect(tinyBlocks).toBeLessThanOrEqual(tiny.length);
    expect(memstats.Alloc).toBe(bytes + rootBytes + TINY * tinyBlocks);
    // Every object that was loaded is either in a live block or was freed.
    expect(memstats.Mallocs - memstats.Frees).toBe(memstats.HeapObjects);
  });
});

function blockBytes(size: number): number {
  return size > 32 * 1024 ? Math.ceil(size / 8192) * 8192 : classToSize[sizeToClass(size)];
}
