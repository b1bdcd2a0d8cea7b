import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { xorshift32 } from '../../src/base/random.ts';
import { dataAt, loadWord } from '../../src/runtime/mutator.ts';
import { collect } from '../../src/workloads/collect.ts';
import { heapdumpRecords } from '../../src/inspect/heapdump.ts';
import { checkImage, isPointerFree, type HeapImage } from '../../src/workloads/heaps/image.ts';
import { imageNeeds, loadImage } from '../../src/workloads/load-image.ts';
import { WHOLE, allocatedSize, limits, representedObjects, type Limit } from '../../src/workloads/represent.ts';
import { runOnOneP, type Run } from '../support/machine.ts';
import { seeds } from '../support/nightly.ts';

function imageOf(sizes: readonly number[], edges: readonly (readonly number[])[], roots: readonly number[]): HeapImage {
  const firstEdge = new Uint32Array(sizes.length + 1);
  edges.forEach((targets, i) => {
    firstEdge[i + 1] = firstEdge[i] + targets.length;
  });
  const image: HeapImage = {
    name: 'test',
    objects: sizes.length,
    edges: firstEdge[sizes.length],
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    sizes: Uint32Array.from(sizes, (size) => Math.min(size, 2 ** 32 - 1)),
    oversized: new Map(sizes.flatMap((size, i) => (size >= 2 ** 32 - 1 ? [[i, size] as const] : []))),
    firstEdge,
    targets: Uint32Array.from(edges.flat()),
    roots: Uint32Array.from(roots),
  };
  checkImage(image);
  return image;
}

/** Returns the objects that the roots reach. */
function reachable(image: HeapImage): Set<number> {
  const seen = new Set<number>(image.roots);
  for (const i of seen) for (let e = image.firstEdge[i]; e < image.firstEdge[i + 1]; e++) seen.add(image.targets[e]);
  return seen;
}

function load(image: HeapImage, ptrWords: 1 | 2 = 2, limit: Limit = WHOLE): Run {
  const { arenaBytes } = imageNeeds(image, ptrWords * 4, limit);
  return runOnOneP(collect, { runs: 1 }, { arenaMB: arenaBytes / 2 ** 20, ptrWords, build: (m, m0) => loadImage(m, m0, image, limit) });
}

const image = fc.integer({ min: 1, max: 60 }).chain((n) =>
  fc
    .record({
      sizes: fc.array(fc.oneof({ weight: 5, arbitrary: fc.nat(300) }, { weight: 1, arbitrary: fc.nat(100_000) }), { minLength: n, maxLength: n }),
      edges: fc.array(fc.array(fc.nat(n - 1), { maxLength: 12 }), { minLength: n, maxLength: n }),
      roots: fc.array(fc.nat(n - 1), { maxLength: 4 }),
    })
    .map(({ sizes, edges, roots }) => imageOf(sizes, edges, roots)),
);

describe('loadImage', () => {
  it('loads a heap of which a collection keeps exactly the reachable objects', () => {
    fc.assert(
      fc.property(image, fc.constantFrom<1 | 2>(1, 2), (each, ptrWords) => {
        // Pointer-free objects below 16 bytes may share blocks, so HeapObjects doesn't count them.
        fc.pre(each.sizes.every((_, i) => allocatedSize(each, i, ptrWords * 4) >= 16 || !isPointerFree(each, i)));
        const { memstats } = load(each, ptrWords);
        expect(memstats.HeapObjects).toBe(reachable(each).size + (each.roots.length > 0 ? 1 : 0));
      }),
      { numRuns: seeds(20, 60) },
    );
  });

  it('stores the references in the order of the image', () => {
    const { m } = load(imageOf([64, 0, 16, 7, 40_000], [[1, 2, 0], [], [4], [], [3, 3]], [2, 0]));
    const roots = loadWord(m, dataAt(m, 0), 0);
    const [two, zero] = [loadWord(m, roots, 0), loadWord(m, roots, 1)];
    const one = loadWord(m, zero, 0);
    expect(loadWord(m, zero, 1)).toBe(two);
    expect(loadWord(m, zero, 2)).toBe(zero);
    const four = loadWord(m, two, 0);
    const three = loadWord(m, four, 0);
    expect(loadWord(m, four, 1)).toBe(three);
    expect(new Set([zero, one, two, three, four]).size).toBe(5);
  });

  it('gives every object its own block, with a scan bit only if it has references', () => {
    const { m, memstats } = load(imageOf([8, 8, 12, 8, 40], [[1], [], [], [0], []], [0, 1, 2, 3, 4]));
    expect(memstats.HeapObjects).toBe(6);
    const objects = [...heapdumpRecords(m, { text: [] })].filter((record) => record.kind === 'object');
    const found = objects.map(({ contents, fields = [] }) => [contents.length, [...fields].length / 2]);
    expect(found.toSorted(([a, b], [c, d]) => a - c || b - d)).toEqual([[8, 0], [8, 1], [8, 1], [16, 0], [48, 0], [48, 6]]);
  });

  it('enlarges an object whose size does not hold its references, and counts it', () => {
    const small = imageOf([8, 32, 0, 20], [[1, 2, 3], [0, 1], [], [0]], [0]);
    expect(allocatedSize(small, 0, 8)).toBe(24);
    expect(allocatedSize(small, 2, 8)).toBe(8);
    expect(imageNeeds(small)).toMatchObject({ objects: 4, enlarged: 1, enlargedBytes: 16, blockBytes: 32 + 32 + 8 + 32 });
    expect(imageNeeds(small, 4)).toMatchObject({ enlarged: 1, enlargedBytes: 4 });
  });

  it('fits into the arena that imageNeeds computes, which is little more', () => {
    let draw = 12_345;
    const sizes = Array.from({ length: 20_000 }, () => (draw = xorshift32(draw)) % 700);
    const edges = sizes.map((_, i) => [(i * 7919) % sizes.length]);
    const large = imageOf(sizes, edges, sizes.map((_, i) => i));
    const { memstats } = load(large);
    expect(memstats.HeapObjects).toBe(20_001);
    const { arenaBytes, blockBytes } = imageNeeds(large);
    expect(memstats.Alloc).toBe(blockBytes + Math.ceil((8 * 20_000) / 8192) * 8192);
    expect(arenaBytes).toBeLessThan(1.05 * memstats.HeapInuse + (5 << 20));
  });

  it('loads an image without roots or without objects', () => {
    expect(load(imageOf([16, 16], [[1], [0]], [])).memstats.HeapObjects).toBe(0);
    expect(load(imageOf([], [], [])).memstats.HeapObjects).toBe(0);
  });
});

describe('represented objects', () => {
  const GB = 2 ** 30;
  const buffers = imageOf([64, 3 * GB, 5 * GB, 100 << 20, 6 * GB, 24], [[1, 2, 3], [], [], [], [5], []], [0]);

  it('are the pointer-free ones above the limit', () => {
    const limit = { bytes: GB, withReferences: false };
    expect([0, 1, 2, 3, 4, 5].map((i) => allocatedSize(buffers, i, 8, limit))).toEqual([64, 40_960, 40_960, 100 << 20, 6 * GB, 24]);
    expect(representedObjects(buffers, 8, limit)).toEqual({
      objects: 2, withReferences: 0, bytes: 8 * GB, blockBytes: 40_960, missingBytes: 8 * GB - 2 * 40_960, missingLiveBytes: 8 * GB - 2 * 40_960,
    });
  });

  it('may have references, which the block holds', () => {
    const limit = { bytes: 16, withReferences: true };
    expect([0, 1, 2, 3, 4, 5].map((i) => allocatedSize(buffers, i, 8, limit))).toEqual([24, 16, 16, 16, 16, 16]);
    expect(representedObjects(buffers, 8, limit, Uint8Array.of(1, 1, 1, 1, 0, 0))).toEqual({
      objects: 6, withReferences: 2, bytes: buffers.bytes, blockBytes: 16, missingBytes: buffers.bytes - 104, missingLiveBytes: 8 * GB + (100 << 20) + 64 - 72,
    });
  });

  it('are none without a limit', () => {
    expect(allocatedSize(buffers, 2, 8)).toBe(5 * GB);
    expect(representedObjects(buffers, 8, WHOLE)).toBeUndefined();
    expect(imageNeeds(buffers).blockBytes).toBeGreaterThan(14 * GB);
  });

  it('are collected like others, and fit into the arena that imageNeeds computes', () => {
    const limit = { bytes: GB, withReferences: true };
    const { memstats } = load(buffers, 2, limit);
    // Objects 4 and 5 are garbage. The roots take one slice.
    expect(memstats).toMatchObject({ HeapObjects: 5, Mallocs: 7 });
    expect(memstats.Alloc).toBe(64 + 2 * 40_960 + (100 << 20) + 8);
    expect(imageNeeds(buffers, 8, limit).blockBytes).toBe(64 + 3 * 40_960 + (100 << 20) + 32);
  });

  it('are fewer under a larger limit, pointer-free ones first', () => {
    const all = [...limits()];
    const bytes = all.map((limit) => imageNeeds(buffers, 8, limit).blockBytes);
    const half = all.findIndex(({ withReferences }) => withReferences);
    expect(bytes.slice(0, half)).toEqual(bytes.slice(0, half).toSorted((a, b) => b - a));
    expect(bytes.slice(half)).toEqual(bytes.slice(half).toSorted((a, b) => b - a));
    expect(all.slice(0, half).every(({ withReferences }) => !withReferences)).toBe(true);
    expect([all[0].bytes, all[half - 1].bytes]).toEqual([GB, 16]);
  });
});
