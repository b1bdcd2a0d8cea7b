/** Dominators, retained sizes and paths against naive definitions on random heaps, and on deep ones. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROOT, dominatorTree } from '../../src/composition/dominators.ts';
import { ShortestPaths } from '../../src/composition/paths.ts';
import { childrenOf, outermost, retainedSizes } from '../../src/composition/retained.ts';
import type { HeapGraph } from '../../src/workloads/heaps/image.ts';
import { anyGraph, chain, graphOf, lostWithout, reachedWithout } from './random-graph.ts';

const RUNS = { numRuns: 2000 };

/** Returns by object its immediate dominator; -1 for the virtual root, undefined for garbage. */
function dominatorsOf(graph: HeapGraph): (number | undefined)[] {
  const { vertexOf, objectOf, idom } = dominatorTree(graph);
  return Array.from(vertexOf, (v) => (v === 0 ? undefined : idom[v] === ROOT ? -1 : objectOf[idom[v]]));
}

/** The definition: of the strict dominators of an object, the immediate one is dominated by all others. */
function naiveDominators(graph: HeapGraph): (number | undefined)[] {
  const reached = reachedWithout(graph);
  const lost = Array.from({ length: graph.objects }, (_, i) => new Set(reached.has(i) ? lostWithout(graph, i) : []));
  return Array.from({ length: graph.objects }, (_, w) => {
    if (!reached.has(w)) return undefined;
    const strict = [...reached].filter((d) => d !== w && lost[d].has(w));
    return strict.find((d) => strict.every((other) => lost[other].has(d))) ?? -1;
  });
}

describe('the dominator tree', () => {
  it('is that of removing each object in turn', () => {
    fc.assert(fc.property(anyGraph, (graph) => {
      expect(dominatorsOf(graph)).toEqual(naiveDominators(graph));
    }), RUNS);
  });

  it("is that of the example of Lengauer and Tarjan's article", () => {
    const [r, a, b, c, d, e, f, g, h, i, j, k, l] = Array.from({ length: 13 }, (_, n) => n);
    const graph = graphOf(Array(13).fill(1), [
      [r, a], [r, b], [r, c], [a, d], [b, a], [b, d], [b, e], [c, f], [c, g], [d, l], [e, h], [f, i], [g, i], [g, j],
      [h, e], [h, k], [i, k], [j, i], [k, i], [k, r], [l, h],
    ], [r]);
    expect(dominatorsOf(graph)).toEqual([-1, r, r, r, r, r, c, c, r, r, g, r, d]);
  });

  it('gives every vertex a smaller dominator', () => {
    fc.assert(fc.property(anyGraph, (graph) => {
      const { count, idom } = dominatorTree(graph);
      for (let v = ROOT + 1; v <= count; v++) expect(idom[v]).toBeLessThan(v);
    }));
  });

  it('takes no stack for a list of 1,000,000 objects, whose links back to the head and to the object before change nothing', () => {
    for (const back of [() => -1, () => 0, (i: number) => i - 1]) {
      const { count, objectOf, idom } = dominatorTree(chain(1_000_000, back));
      expect(count).toBe(1_000_001);
      let wrong = 0;
      for (let v = ROOT + 2; v <= count; v++) if (objectOf[idom[v]] !== objectOf[v] - 1) wrong++;
      expect(wrong).toBe(0);
    }
  });
});

describe('retained sizes', () => {
  it('are the bytes and objects that would be garbage without the object', () => {
    fc.assert(fc.property(anyGraph, (graph) => {
      const tree = dominatorTree(graph);
      const retained = retainedSizes(graph, tree);
      for (const object of reachedWithout(graph)) {
        const lost = lostWithout(graph, object);
        expect(retained.objects[tree.vertexOf[object]]).toBe(lost.length);
        expect(retained.bytes[tree.vertexOf[object]]).toBe(lost.reduce((sum, one) => sum + graph.sizes[one], 0));
      }
      expect(retained.objects[ROOT]).toBe(reachedWithout(graph).size);
    }), RUNS);
  });

  it('of a group count each object once', () => {
    fc.assert(fc.property(anyGraph, fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 14, maxLength: 14 }), (graph, groups) => {
      const tree = dominatorTree(graph);
      const isOutermost = outermost(tree, childrenOf(tree), Uint32Array.from(groups), 3);
      for (const object of reachedWithout(graph)) {
        const holders = [...reachedWithout(graph)].filter((d) => d !== object && groups[d] === groups[object] && lostWithout(graph, d).includes(object));
        expect(isOutermost[tree.vertexOf[object]]).toBe(holders.length === 0 ? 1 : 0);
      }
    }), RUNS);
  });
});

describe('shortest paths', () => {
  it('lead from a root along references, and no root reaches the object in fewer steps', () => {
    fc.assert(fc.property(anyGraph, (graph) => {
      const paths = new ShortestPaths(graph);
      const distances = naiveDistances(graph);
      for (let object = 0; object < graph.objects; object++) {
        const path = paths.to(object);
        expect(path?.length).toBe(distances.get(object));
        path?.forEach((step, i) => {
          if (i === 0) return expect(graph.roots[step.via]).toBe(step.object);
          const from = path[i - 1].object;
          expect(graph.targets[step.via]).toBe(step.object);
          expect(step.via >= graph.firstEdge[from] && step.via < graph.firstEdge[from + 1]).toBe(true);
        });
        if (path !== undefined) expect(path.at(-1)?.object).toBe(object);
      }
    }), RUNS);
  });

  it('of an object that does not exist are undefined', () => {
    const paths = new ShortestPaths(chain(3));
    expect([paths.to(3), paths.to(-1)]).toEqual([undefined, undefined]);
  });
});

/** Returns by object the steps from a root, by relaxing every edge until nothing changes. */
function naiveDistances({ roots, firstEdge, targets, objects }: HeapGraph): Map<number, number> {
  const distances = new Map([...roots].map((root) => [root, 1]));
  for (let round = 0; round < objects; round++) {
    for (let from = 0; from < objects; from++) {
      const distance = distances.get(from);
      if (distance === undefined) continue;
      for (const to of targets.subarray(firstEdge[from], firstEdge[from + 1])) distances.set(to, Math.min(distances.get(to) ?? Infinity, distance + 1));
    }
  }
  return distances;
}
