/**
 * Immediate dominators of the objects of a heap. Object d dominates object w if every path from the roots to w passes
 * through d: without d, w would be garbage. The immediate dominator of w is the dominator nearest to w.
 *
 * The algorithm is that of Lengauer and Tarjan, "A Fast Algorithm for Finding Dominators in a Flowgraph", TOPLAS 1979,
 * with path compression and without balancing: O(m log n) for m references and n objects.
 *
 *   1. Number the vertices that the roots reach in the preorder of a depth-first search. Vertex 1 is a virtual root that
 *      points to every root; the objects are 2 … count. 0 is no vertex.
 *   2. In decreasing order of w, compute the semidominator of w: the smallest v with a path from v to w whose inner
 *      vertices are all larger than w. It is the smallest among the predecessors smaller than w and the semidominators of
 *      the vertices larger than w on the tree paths to the others. `eval` finds the latter in a forest that `link` has built.
 *   3. A vertex v waits in the bucket of its semidominator s until the forest holds the whole tree path from s to v. Let u
 *      be the vertex on it with the smallest semidominator. If that is s too, s is the immediate dominator of v;
 *      otherwise v has the immediate dominator of u, which is not known yet.
 *   4. In increasing order of w, fill in those that were deferred.
 *
 * Invariants:
 *
 *   - parent[w] < w, idom[w] <= semi[w] < w for every w > 1,
 *   - label[v] is the vertex with the smallest semidominator on the compressed path from v to the root of its tree in the
 *     forest, that root excluded,
 *   - nothing recurses: a list of millions of objects takes no stack.
 */
import { listOf, release } from '../base/large-arrays.ts';
import type { HeapGraph } from '../workloads/heaps/image.ts';

/** The vertex of the virtual root. */
export const ROOT = 1;

export interface DominatorTree {
  /** The largest vertex: the number of reachable objects and the virtual root. */
  readonly count: number;
  /** By vertex from 2: its object. */
  readonly objectOf: Uint32Array;
  /** By object: its vertex, or 0 if the roots don't reach it. */
  readonly vertexOf: Uint32Array;
  /** By vertex from 2: its immediate dominator, which is a smaller vertex. */
  readonly idom: Uint32Array;
}

/** Returns the dominator tree of `graph`. Takes 48 bytes for each object and 4 for each reference, most of them only meanwhile. */
export function dominatorTree(graph: HeapGraph): DominatorTree {
  const { vertexOf, objectOf, parent, count } = numberVertices(graph);
  const { first, sources } = predecessors(graph, vertexOf, objectOf, count);
  const idom = immediateDominators(count, parent, first, sources);
  release(parent, first, sources);
  return { count, objectOf, vertexOf, idom };
}

interface Numbering {
  readonly vertexOf: Uint32Array;
  readonly objectOf: Uint32Array;
  /** By vertex: its parent in the depth-first tree. */
  readonly parent: Uint32Array;
  readonly count: number;
}

/** Step 1. */
function numberVertices({ objects, firstEdge, targets, roots }: HeapGraph): Numbering {
  const vertexOf = listOf(objects);
  const objectOf = listOf(objects + 2);
  const parent = listOf(objects + 2);
  /** By vertex: the next of its edges to follow. */
  const next = listOf(objects + 2);
  let count = ROOT;
  function enter(object: number, from: number): number {
    count++;
    vertexOf[object] = count;
    objectOf[count] = object;
    parent[count] = from;
    next[count] = firstEdge[object];
    return count;
  }
  for (let r = 0; r < roots.length; r++) {
    if (vertexOf[roots[r]] !== 0) continue;
    for (let v = enter(roots[r], ROOT); v !== ROOT;) {
      const edge = next[v];
      if (edge === firstEdge[objectOf[v] + 1]) {
        v = parent[v];
        continue;
      }
      next[v]++;
      if (vertexOf[targets[edge]] === 0) v = enter(targets[edge], v);
    }
  }
  release(next);
  return { vertexOf, objectOf, parent, count };
}

interface Predecessors {
  /** By vertex: its first entry in `sources`. */
  readonly first: Uint32Array;
  readonly sources: Uint32Array;
}

/** Returns the edges between vertices, those of the virtual root included, by the vertex that they point to. */
function predecessors({ firstEdge, targets, roots }: HeapGraph, vertexOf: Uint32Array, objectOf: Uint32Array, count: number): Predecessors {
  const first = listOf(count + 2);
  for (let r = 0; r < roots.length; r++) first[vertexOf[roots[r]]]++;
  for (let v = ROOT + 1; v <= count; v++) {
    const object = objectOf[v];
    for (let e = firstEdge[object]; e < firstEdge[object + 1]; e++) first[vertexOf[targets[e]]]++;
  }
  let edges = 0;
  for (let v = 0; v <= count + 1; v++) {
    edges += first[v];
    first[v] = edges;
  }
  // `first` holds the end of each vertex's entries, and each entry written moves it towards their beginning.
  const sources = listOf(edges);
  for (let r = 0; r < roots.length; r++) sources[--first[vertexOf[roots[r]]]] = ROOT;
  for (let v = ROOT + 1; v <= count; v++) {
    const object = objectOf[v];
    for (let e = firstEdge[object]; e < firstEdge[object + 1]; e++) sources[--first[vertexOf[targets[e]]]] = v;
  }
  return { first, sources };
}

/** Steps 2 to 4. */
function immediateDominators(count: number, parent: Uint32Array, first: Uint32Array, sources: Uint32Array): Uint32Array {
  const idom = listOf(count + 1);
  const forest = new Forest(count);
  const { semi } = forest;
  /** By vertex: the head of its bucket, and the next vertex in the bucket that holds it. */
  const bucket = listOf(count + 1);
  const after = listOf(count + 1);
  for (let w = count; w > ROOT; w--) {
    let smallest = w;
    for (let i = first[w]; i < first[w + 1]; i++) smallest = Math.min(smallest, semi[forest.eval(sources[i])]);
    semi[w] = smallest;
    after[w] = bucket[smallest];
    bucket[smallest] = w;
    const p = parent[w];
    forest.link(p, w);
    for (let v = bucket[p]; v !== 0; v = after[v]) {
      const u = forest.eval(v);
      idom[v] = semi[u] < semi[v] ? u : p;
    }
    bucket[p] = 0;
  }
  for (let w = ROOT + 1; w <= count; w++) if (idom[w] !== semi[w]) idom[w] = idom[idom[w]];
  release(bucket, after);
  forest.close();
  return idom;
}

/** The forest of step 2. */
class Forest {
  /** By vertex: its semidominator; the vertex itself as long as that is unknown. */
  readonly semi: Uint32Array;
  private readonly label: Uint32Array;
  /** By vertex: a vertex nearer to the root of its tree; 0 for the root. */
  private readonly ancestor: Uint32Array;
  /** Vertices on a path that is being compressed. */
  private readonly path: Uint32Array;

  constructor(count: number) {
    this.semi = listOf(count + 1);
    this.label = listOf(count + 1);
    this.ancestor = listOf(count + 1);
    this.path = listOf(count + 1);
    for (let v = 0; v <= count; v++) this.semi[v] = this.label[v] = v;
  }

  /** Adds the tree of `w` to that of `v`. */
  link(v: number, w: number): void {
    this.ancestor[w] = v;
  }

  /** Returns `v` if it is the root of a tree, else the vertex with the smallest semidominator on the path from `v` to the root, which is excluded. */
  eval(v: number): number {
    if (this.ancestor[v] === 0) return v;
    this.compress(v);
    return this.label[v];
  }

  /** Makes every vertex from `v` to the root a child of the root, and updates their labels. */
  private compress(v: number): void {
    const { ancestor, label, semi, path } = this;
    let length = 0;
    for (let at = v; ancestor[ancestor[at]] !== 0; at = ancestor[at]) path[length++] = at;
    while (length > 0) {
      const at = path[--length];
      const above = ancestor[at];
      if (semi[label[above]] < semi[label[at]]) label[at] = label[above];
      ancestor[at] = ancestor[above];
    }
  }

  /** Releases all lists. */
  close(): void {
    release(this.semi, this.label, this.ancestor, this.path);
  }
}
