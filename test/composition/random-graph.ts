/** Random small heaps for properties, and naive answers about them. */
import fc from 'fast-check';
import type { HeapGraph } from '../../src/workloads/heaps/image.ts';

/** Returns the heap with these sizes, edges [from, to] and roots. */
export function graphOf(sizes: readonly number[], edges: readonly (readonly [number, number])[], roots: readonly number[]): HeapGraph {
  const sorted = edges.toSorted(([a], [b]) => a - b);
  const firstEdge = new Uint32Array(sizes.length + 1);
  for (const [from] of sorted) firstEdge[from + 1]++;
  for (let i = 0; i < sizes.length; i++) firstEdge[i + 1] += firstEdge[i];
  return {
    objects: sizes.length, edges: edges.length, bytes: sizes.reduce((a, b) => a + b, 0),
    sizes: Uint32Array.from(sizes), firstEdge, targets: Uint32Array.from(sorted.map(([, to]) => to)), roots: Uint32Array.from(roots),
  };
}

/** Heaps of up to 14 objects, some of them garbage, with cycles, self references and repeated edges. */
export const anyGraph = fc.integer({ min: 1, max: 14 }).chain((n) => {
  const object = fc.integer({ min: 0, max: n - 1 });
  return fc.record({
    sizes: fc.array(fc.integer({ min: 0, max: 100 }), { minLength: n, maxLength: n }),
    edges: fc.array(fc.tuple(object, object), { maxLength: 3 * n }),
    roots: fc.array(object, { maxLength: 3 }),
  }).map(({ sizes, edges, roots }) => graphOf(sizes, edges, roots));
});

/** Returns the objects that the roots reach without passing through `without`. */
export function reachedWithout(graph: HeapGraph, without = -1): Set<number> {
  const reached = new Set<number>();
  const open = [...graph.roots];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === without || reached.has(at)) continue;
    reached.add(at);
    open.push(...graph.targets.subarray(graph.firstEdge[at], graph.firstEdge[at + 1]));
  }
  return reached;
}

/** Returns the objects that would be garbage without `object`, itself included. */
export function lostWithout(graph: HeapGraph, object: number): number[] {
  const rest = reachedWithout(graph, object);
  return [...reachedWithout(graph)].filter((one) => !rest.has(one));
}

/** Returns a chain of `n` objects. Every object also points back to `back(i)`, if that is an object. */
export function chain(n: number, back: (i: number) => number = () => -1): HeapGraph {
  const firstEdge = new Uint32Array(n + 1);
  const targets = new Uint32Array(2 * n);
  let edges = 0;
  for (let i = 0; i < n; i++) {
    firstEdge[i] = edges;
    if (back(i) >= 0) targets[edges++] = back(i);
    if (i + 1 < n) targets[edges++] = i + 1;
  }
  firstEdge[n] = edges;
  return { objects: n, edges, bytes: 16 * n, sizes: new Uint32Array(n).fill(16), firstEdge, targets: targets.subarray(0, edges), roots: Uint32Array.of(0) };
}
