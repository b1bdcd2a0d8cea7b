/** The graph of a machine's heap against the facts that a walk measures, and against a dump of the same machine. */
import { describe, expect, it } from 'vitest';
import { HeapAnalysis } from '../../src/composition/analysis.ts';
import { machineGraph } from '../../src/composition/machine-graph.ts';
import { readMemStats } from '../../src/inspect/memstats.ts';
import { graphFacts } from '../../src/verify/graph-facts.ts';
import { churn } from '../../src/workloads/churn.ts';
import { list } from '../../src/workloads/graphs/list.ts';
import { mixed } from '../../src/workloads/graphs/mixed.ts';
import { rand } from '../../src/workloads/graphs/rand.ts';
import { tree } from '../../src/workloads/graphs/tree.ts';
import { wide } from '../../src/workloads/graphs/wide.ts';
import { checkImage } from '../../src/workloads/heaps/image.ts';
import { runOnOneP } from '../support/machine.ts';

describe('the graph of a machine', () => {
  it.each([
    ['tree', tree, { depth: 10, runs: 1 }], ['list', list, { count: 5000, runs: 1 }], ['rand', rand, { count: 3000, runs: 1 }],
    ['wide', wide, { count: 4000, runs: 1 }], ['mixed', mixed, { count: 3000, runs: 1 }], ['churn', churn, { count: 20_000, ring: 500 }],
  ])('of %s reaches the objects that the walk of the oracle reaches', (name, workload, params) => {
    const { m } = runOnOneP(workload, params);
    const graph = machineGraph(m);
    checkImage({ name, ...graph });
    const heap = new HeapAnalysis(graph);
    const facts = graphFacts(m);
    expect(heap.reachable.objects).toBe(facts.objects);
    const { HeapObjects, HeapAlloc } = readMemStats(m);
    expect([graph.objects, graph.bytes]).toEqual([HeapObjects, HeapAlloc]);
  });

  it('of a tree has a retained size of half of it at each child, and paths through both words of a node', () => {
    const heap = new HeapAnalysis(machineGraph(runOnOneP(tree, { depth: 10, runs: 1 }).m));
    const { tree: { objectOf, vertexOf }, retained, paths, labels } = heap;
    const sizes = Array.from(vertexOf).filter((v) => v !== 0).map((v) => retained.objects[v]).sort((a, b) => b - a);
    expect(sizes.slice(0, 7)).toEqual([1023, 511, 511, 255, 255, 255, 255]);
    const leaf = paths.to(objectOf[vertexOf.length]);
    expect(leaf).toHaveLength(10);
    expect(labels.rootName?.(leaf?.[0].via ?? -1)).toMatch(/^(data|bss), word \d+$/);
    expect(new Set(leaf?.slice(1).map(({ via }) => labels.edgeName?.(via))).size).toBeGreaterThan(0);
    for (const { object } of leaf ?? []) expect(labels.find(labels.idOf(object))).toBe(object);
  });
});
