/** The facts of graphs with a known shape, and the bounds that follow. */
import { describe, expect, it } from 'vitest';
import { graphFacts, speedupBound, type GraphFacts } from '../../src/verify/graph-facts.ts';
import { storeWord } from '../../src/runtime/mutator.ts';
import { newNode, newRootSlice } from '../../src/workloads/graphs/graph.ts';
import { list } from '../../src/workloads/graphs/list.ts';
import { rand } from '../../src/workloads/graphs/rand.ts';
import { tree } from '../../src/workloads/graphs/tree.ts';
import { wide } from '../../src/workloads/graphs/wide.ts';
import type { Workload } from '../../src/workloads/workload.ts';
import { runOnOneP } from '../support/machine.ts';

describe('the facts of a graph', () => {
  it('of a tree: twice as wide at each step', () => {
    const facts = graphFacts(runOnOneP(tree, { depth: 10, runs: 1 }).m);
    expect(facts).toMatchObject({ objects: 1023, pointers: 1023, largestBytes: 32, largestPointers: 2, longestChain: 1, inDegreeMax: 1 });
    expect(facts.widths).toEqual(Array.from({ length: 10 }, (_, d) => 2 ** d));
    expect([facts.cost, facts.costFrom[9], facts.costMost]).toEqual([511 * 3 + 512, 512, 3]);
    // Nine steps of at least two before the last level can begin.
    expect(speedupBound(facts, 1024, true)).toBeCloseTo(2045 / (2 * 9 + 512 / 1024), 1);
    expect(speedupBound(facts, 2, false)).toBeCloseTo(2, 2);
  });

  it('of a list: one chain, which no number of threads marks faster', () => {
    const facts = graphFacts(runOnOneP(list, { count: 5000, runs: 1 }).m);
    expect(facts).toMatchObject({ objects: 5000, longestChain: 5000, inDegreeMax: 1 });
    expect(facts.widths).toEqual(Array.from({ length: 5000 }, () => 1));
    expect(speedupBound(facts, 64, true)).toBeCloseTo(1, 3);
  });

  it('of one wide slice: all work is one object, unless it is split', () => {
    const facts = graphFacts(runOnOneP(wide, { count: 4000, runs: 1 }).m);
    expect(facts).toMatchObject({ objects: 4001, pointers: 4001, largestBytes: 32_768, largestPointers: 4000, widths: [1, 4000] });
    expect(speedupBound(facts, 4, false)).toBe(1);
    expect(speedupBound(facts, 4, true)).toBe(4);
  });

  it('of random pointers: as many as were drawn to one node', () => {
    const { m } = runOnOneP(rand, { count: 3000, runs: 1 });
    const facts = graphFacts(m);
    expect(facts).toMatchObject({ objects: 3001, pointers: 1 + 3 * 3000, widths: [1, 3000] });
    expect(facts.inDegreeMax).toBeGreaterThan(5);
    expect(facts.inDegreeMax).toBeLessThan(20);
  });

  it.each([200, 255, 256, 257, 1000])('of %i pointers to one object and 256 to another', (pointers) => {
    const build: Workload['build'] = (m, m0) => {
      const slice = newRootSlice(m, m0, 1, pointers + 256);
      const [one, other] = [newNode(m, m0, 0), newNode(m, m0, 0)];
      for (let i = 0; i < pointers + 256; i++) storeWord(m, slice, i, i < pointers ? one : other);
    };
    const { m } = runOnOneP({ ...rand, build }, { count: 1000, runs: 1 });
    expect(graphFacts(m)).toMatchObject({ objects: 3, pointers: 1 + pointers + 256, inDegreeMax: Math.max(pointers, 256) });
  });

  it('of nothing: any number of threads', () => {
    const nothing: GraphFacts = { objects: 0, pointers: 0, widths: [], largestBytes: 0, largestPointers: 0, longestChain: 0, inDegreeMax: 0, cost: 0, costFrom: [], costMost: 0 };
    expect(speedupBound(nothing, 4, false)).toBe(4);
  });
});
