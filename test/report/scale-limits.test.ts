/** The sentences about limits name what the graph or the threads show. */
import { describe, expect, it } from 'vitest';
import type { MarkThread } from '../../src/gc/cycle-log.ts';
import { describeGraph, explainContention, explainLimits } from '../../src/report/scale-limits.ts';
import { formatThreads, threadFacts } from '../../src/report/scale-threads.ts';
import { markResults } from '../../src/report/scaling.ts';
import type { GraphFacts } from '../../src/verify/graph-facts.ts';
import { cycleOf } from '../cli/fakes.ts';
import { scalingOf } from '../support/scaling.ts';

const TREE: GraphFacts = {
  objects: 1023, pointers: 1023, widths: Array.from({ length: 10 }, (_, d) => 2 ** d), largestBytes: 32, largestPointers: 2, longestChain: 1, inDegreeMax: 1,
  cost: 2045, costFrom: [2045, 2042, 2036, 2024, 2000, 1952, 1856, 1664, 1280, 512], costMost: 3,
};
const LIST: GraphFacts = {
  objects: 1000, pointers: 1000, widths: Array.from({ length: 1000 }, () => 1), largestBytes: 32, largestPointers: 1, longestChain: 1000, inDegreeMax: 1,
  cost: 1999, costFrom: Array.from({ length: 1000 }, (_, d) => 1999 - 2 * d), costMost: 2,
};
const WIDE: GraphFacts = {
  objects: 4001, pointers: 4001, widths: [1, 4000], largestBytes: 32_768, largestPointers: 4000, longestChain: 1, inDegreeMax: 1,
  cost: 4001, costFrom: [4001, 0], costMost: 4001,
};

const idle: MarkThread = { objectsMarked: 0, bytesScanned: 0, rootNs: 0, drainNs: 0, waitNs: 0, gatherNs: 0, sleepNs: 0, handoffNs: 0, casFailed: 0 };

/** Marks of 10 ms with one thread and of `ms` with as many as there are `threads`, whose times are in ms. */
function marked(ms: number, threads: readonly Partial<MarkThread>[]) {
  const inNs = (thread: Partial<MarkThread>) => Object.fromEntries(Object.entries(thread).map(([key, value]) => [key, key.endsWith('Ns') ? value * 1e6 : value]));
  const cycles = (nproc: number, markMs: number, all: readonly Partial<MarkThread>[]) => Array.from({ length: 7 }, () => cycleOf({
    nproc, forced: 2, markNs: markMs * 1e6, objectsMarked: 1000, bytesMarked: 32_000, threads: all.map((thread) => ({ ...idle, ...inNs(thread) })),
  }));
  const n = threads.length;
  return { cores: n, results: markResults([...cycles(1, 10, [{ objectsMarked: 1000, drainNs: 10 }]), ...cycles(n, ms, threads)], [1, n]) };
}

const limits = (...[ms, threads, graph, policy = 'go1.3', split = 0]: [...Parameters<typeof marked>, GraphFacts, string?, number?]) =>
  explainLimits(scalingOf({ 1: 1 }, { ...marked(ms, threads), graph, settings: { policy, split } }));

describe('the sentence on contention', () => {
  const busy = { objectsMarked: 500, drainNs: 10 };

  it('counts lost CASes and waits of the largest number of threads that has cores', () => {
    expect(explainContention(marked(5, [{ ...busy, casFailed: 7 }, busy]))).toEqual(['In a collection 2 threads lose 7 CASes of marks to one another.']);
  });

  it('is missing for one thread, and if there were none', () => {
    expect(explainContention(marked(5, [busy, busy]))).toEqual([]);
    expect(explainContention({ ...marked(5, [{ ...busy, casFailed: 7 }, busy]), cores: 1 })).toEqual([]);
  });
});

describe('the limit of a heap', () => {
  it('is its longest chain', () => {
    expect(limits(10, [{ objectsMarked: 1000, drainNs: 10 }, { drainNs: 10, waitNs: 9.9, sleepNs: 9 }], LIST)).toEqual([
      'A chain of 1,000 objects: each is found only by way of the one before, so no number of threads helps.',
      'The threads spend 50 % of their time waiting in getfull, and one marks 100 % of the objects.',
    ]);
  });

  it('is the graph, then one cause of the threads', () => {
    const threads = [{ objectsMarked: 1000, rootNs: 4, gatherNs: 4, drainNs: 6 }, { rootNs: 1, gatherNs: 1, drainNs: 9, waitNs: 9, sleepNs: 9 }];
    expect(limits(10, threads, TREE)).toHaveLength(2);
    expect(limits(10, threads, LIST)).toEqual([expect.stringMatching(/^A chain of/), expect.stringMatching(/waiting in getfull/)]);
  });

  it('is an object that one thread scans whole, unless the mark loop splits objects', () => {
    const threads = [{ objectsMarked: 500, drainNs: 9 }, { objectsMarked: 500, drainNs: 9 }];
    expect(limits(9, threads, WIDE)[0]).toBe('One object holds 4,000 of the 4,001 pointers, and one thread scans it whole: no number of threads helps.');
    expect(limits(9, threads, WIDE, 'lab')[0]).toBe(limits(9, threads, WIDE)[0]);
    expect(limits(9, threads, WIDE, 'lab', 64)).toEqual(limits(9, threads, WIDE, 'tuned'));
    expect(limits(9, threads, WIDE, 'tuned')[0]).toMatch(/^Scanning itself gets slower: 10000 ns an object with 1 thread, 18000 with 2 \(memory-bound/);
  });

  it('is a depth that leaves too little parallel work', () => {
    const threads = Array.from({ length: 32 }, () => ({ objectsMarked: 31, drainNs: 1 }));
    const deep = { ...TREE, costFrom: TREE.costFrom.map((cost) => cost / 8), cost: TREE.cost / 8 };
    expect(limits(1, threads, deep)[0]).toBe('The graph is 10 deep for 1,023 objects: 32 threads can be at most 12.2 times as fast as one.');
  });

  it('is waiting, unless the speedup is near the ideal', () => {
    const waiting = [{ objectsMarked: 800, drainNs: 8, waitNs: 1 }, { objectsMarked: 200, drainNs: 8, waitNs: 6, sleepNs: 5 }];
    expect(limits(8, waiting, TREE)).toEqual(['The threads spend 44 % of their time waiting in getfull, and one marks 80 % of the objects.']);
    const even = [{ objectsMarked: 500, drainNs: 5.2 }, { objectsMarked: 500, drainNs: 5.2 }];
    expect(limits(5.2, even, TREE)).toEqual(['2 threads: speedup 1.92 of an ideal 2.00; the graph itself allows 2.00.']);
  });

  it('is contention, by lost CASes or by memory', () => {
    const slow = (casFailed: number) => [{ objectsMarked: 500, drainNs: 10, casFailed }, { objectsMarked: 500, drainNs: 10 }];
    expect(limits(10, slow(100), TREE)).toEqual([
      'Scanning itself gets slower: 10000 ns an object with 1 thread, 20000 with 2 (one thread marks plainly, several by CAS; 10 % of the marks lose their CAS to another thread).',
    ]);
    expect(limits(10, slow(0), TREE, 'tuned')[0]).toContain('(memory-bound, or lines of marks and buffers travel between caches)');
  });

  it('is no contention that the intervals hide', () => {
    const slow = marked(10, [{ objectsMarked: 500, drainNs: 10 }, { objectsMarked: 500, drainNs: 10 }]);
    const [first, last] = slow.results;
    const told = (low: number, high: number) => explainLimits(scalingOf({ 1: 1 }, {
      ...slow, graph: TREE, results: [{ ...first, interval: { ...first.interval, high: high * first.medianNs } }, { ...last, interval: { ...last.interval, low: low * last.medianNs } }],
    }));
    expect(told(0.9, 1.1)[0]).toMatch(/^Scanning itself gets slower/);
    expect(told(0.5, 1.5).join(' ')).not.toContain('Scanning itself gets slower');
  });

  it('is gathering roots, handing off, or a short mark', () => {
    const each = (thread: Partial<MarkThread>) => [{ objectsMarked: 500, ...thread }, { objectsMarked: 500, ...thread }];
    expect(limits(8, each({ rootNs: 8, gatherNs: 4 }), TREE)).toEqual(['50 % of their time goes into gathering roots.']);
    expect(limits(8, each({ drainNs: 8, handoffNs: 3 }), TREE)).toEqual(['38 % of their time goes into handing work off.']);
    expect(limits(8, each({ drainNs: 5 }), TREE)).toEqual(['38 % of their time is over before they have started: the mark is too short for so many.']);
  });

  it('is empty for one number of threads and for other phases', () => {
    expect(explainLimits(scalingOf({ 2: 5 }, { graph: LIST }))).toEqual([]);
    expect(explainLimits(scalingOf({ 1: 5, 2: 5 }, { graph: LIST, phase: 'alloc' }))).toEqual([]);
  });
});

describe('describeGraph', () => {
  it('gives the graph\'s extent', () => {
    expect(describeGraph(TREE)).toEqual([
      'depth 10, 1 to 512 objects wide, 1,023 pointers, at most 1 to one object',
      'largest object 32 B with 2 pointers, longest chain 1 object',
    ]);
    expect(describeGraph(LIST)[0]).toMatch(/^depth 1,000, 1 object wide/);
  });
});

describe('the threads of a mark', () => {
  const cycle = cycleOf({ nproc: 2, markNs: 10e6, threads: [
    { ...idle, objectsMarked: 100, bytesScanned: 3200, rootNs: 1e6, gatherNs: 0.5e6, drainNs: 8e6, waitNs: 5e6, sleepNs: 4e6, handoffNs: 0.5e6, casFailed: 3 },
    { ...idle, objectsMarked: 300, rootNs: 0, drainNs: 10e6 },
  ] });

  it('are ranked by marked objects, and their shares add up to 1', () => {
    const [first, second] = threadFacts([cycle, cycle]);
    expect(first.objects).toBe(300);
    expect(second).toMatchObject({ objects: 100, bytes: 3200, casFailed: 3 });
    const shares = { roots: 0.05, scanning: 0.3, 'handing off': 0.05, waiting: 0.1, sleeping: 0.4, away: 0.1 };
    for (const [share, part] of Object.entries(shares)) expect(second.shares[share as keyof typeof shares]).toBeCloseTo(part, 10);
  });

  it('have a row each', () => {
    expect(formatThreads(threadFacts([cycle])).join('\n')).toBe(`\
thread  objects  scanned  roots  scanning  handoff  waiting  sleeping  away
1 of 2      300        –    0 %     100 %      0 %      0 %       0 %   0 %
2 of 2      100  3.13 KB    5 %      30 %      5 %     10 %      40 %  10 %`);
  });
});
