/** The document of what a heap is made of: sums, the tree of dominators, paths, bounds, hostile names. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compose } from '../../src/report/compose.ts';
import { CompositionShape, type Composition } from '../../src/report/composition.ts';
import { strictly } from '../../src/report/schema.ts';
import type { HeapGraph } from '../../src/workloads/heaps/image.ts';
import { anyGraph, chain, graphOf, lostWithout, reachedWithout } from '../composition/random-graph.ts';

/** Returns the document, checked against its schema, with the object number of each entry. */
function composed(graph: HeapGraph): { readonly document: Composition; readonly objects: number[] } {
  const document = compose(graph, 'test');
  expect(strictly(CompositionShape).parse(document)).toEqual(document);
  return { document, objects: document.listed.id.map((id) => Number(id.slice(1))) };
}

describe('the composition', () => {
  it('of a small heap lists every reachable object with its retained size, and groups that add up', () => {
    fc.assert(fc.property(anyGraph, (graph) => {
      const { document, objects } = composed(graph);
      const reached = reachedWithout(graph);
      expect(new Set(objects)).toEqual(reached);
      expect(document.unreachable.objects).toBe(graph.objects - reached.size);
      expect(document.groups.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(document.bytes);
      expect(document.groups.reduce((sum, one) => sum + one.objects, 0)).toBe(document.objects);
      const { listed } = document;
      objects.forEach((object, i) => {
        const lost = lostWithout(graph, object);
        expect([listed.bytes[i], listed.retainedObjects[i]]).toEqual([graph.sizes[object], lost.length]);
        expect(listed.retainedBytes[i]).toBe(lost.reduce((sum, one) => sum + graph.sizes[one], 0));
        const above = listed.dominator[i];
        expect(above === -1 || lostWithout(graph, objects[above]).includes(object)).toBe(true);
        const from = listed.from[i];
        const isEdge = from === -1 ? graph.roots.includes(object) : graph.targets.subarray(graph.firstEdge[objects[from]], graph.firstEdge[objects[from] + 1]).includes(object);
        expect([isEdge, listed.skipped[i]]).toEqual([true, 0]);
      });
      expect(listed.retainedBytes).toEqual(listed.retainedBytes.toSorted((a, b) => b - a));
    }));
  });

  it('of a group counts what only its objects hold, and each object once', () => {
    // Root 0 of 1 byte holds 1 and 2 of 10 bytes; 1 holds 3 of 10 bytes, which holds 4 of 5 bytes.
    const { document } = composed(graphOf([1, 10, 10, 10, 5], [[0, 1], [0, 2], [1, 3], [3, 4]], [0]));
    expect(document.groups).toEqual([
      { name: '10', objects: 3, bytes: 30, retainedBytes: 35 },
      { name: '5', objects: 1, bytes: 5, retainedBytes: 5 },
      { name: '1', objects: 1, bytes: 1, retainedBytes: 36 },
    ]);
  });

  it('cuts the path to the end of a list of 200,000 objects, which is its largest', () => {
    const graph = chain(200_000);
    graph.sizes[199_999] = 1000;
    const { document: { listed }, objects } = composed({ ...graph, bytes: graph.bytes + 984 });
    let steps = 0;
    let at = objects.indexOf(199_999);
    for (; at !== -1; at = listed.from[at]) steps += 1 + listed.skipped[at];
    expect(steps).toBe(200_000);
    expect(objects.length).toBeLessThan(100);
  });

  it.each([
    ['a list', chain(100_000)],
    ['a star', graphOf(Array.from({ length: 100_000 }, (_, i) => i % 5000), Array.from({ length: 99_999 }, (_, i) => [0, i + 1] as const), [0])],
    ['roots alone', graphOf(Array.from({ length: 50_000 }, (_, i) => i), [], Array.from({ length: 50_000 }, (_, i) => i))],
    ['deep twigs on a list', graphOf(Array.from({ length: 90_000 }, (_, i) => 16 * (1 + (i % 97))), Array.from({ length: 89_999 }, (_, i) => [i % 3 === 2 ? i - 2 : i, i + 1] as const), [0])],
  ])('of %s takes less than 300 KB', (_, graph) => {
    const { document } = composed(graph);
    expect(document.listed.id.length).toBeGreaterThan(30);
    expect(document.listed.id.length).toBeLessThanOrEqual(1500);
    expect(JSON.stringify(document).length).toBeLessThan(300_000);
    expect(document.groups.length).toBeLessThanOrEqual(80);
  });

  it('of the largest names takes less than 700 KB, and they stay one line of text', () => {
    const evil = '</script>\u202e\x1b[2J"\n'.repeat(50_000);
    const graph = graphOf(Array.from({ length: 3000 }, (_, i) => 1 + i), Array.from({ length: 2999 }, (_, i) => [Math.floor(i / 2), i + 1] as const), [0]);
    const labels = {
      by: 'class' as const, groupOf: Uint32Array.from({ length: 3000 }, (_, i) => i % 500), groups: Array.from({ length: 500 }, (_, i) => `${i}${evil}`),
      idOf: (i: number) => `${i}${evil}`, find: () => undefined, nameOf: () => evil, edgeName: () => evil, rootName: () => evil,
    };
    const document = strictly(CompositionShape).parse(compose({ ...graph, labels }, evil));
    const all = JSON.stringify(document);
    expect(all.length).toBeLessThan(700_000);
    expect(all).not.toMatch(/[\u202e]|\\n|\\u001b/);
    for (const name of [document.name, ...document.listed.name, ...document.listed.via]) expect([...name].length).toBeLessThanOrEqual(80);
  });

  it('of an empty heap is empty', () => {
    const { document } = composed(graphOf([8], [], []));
    expect(document).toMatchObject({ objects: 0, bytes: 0, unreachable: { objects: 1, bytes: 8 }, groups: [], listed: { id: [] } });
  });
});
