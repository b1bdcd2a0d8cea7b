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
 *      vertices are all larger than w. It is the smallest among the predecessors smaller than w, and the semidominators
 *      of the vertices on the tree paths, as far as they are larger than w, to the other predecessors. Step 1 finds the
 *      former; `compress` finds the latter in a forest of the vertices larger than w.
 *   3. A vertex v waits in the bucket of its semidominator s until the forest holds the whole tree path from s to v. Let u
 *      be the vertex on it with the smallest semidominator. If that is s too, s is the immediate dominator of v;
 *      otherwise v has the immediate dominator of u, which is not known yet. If s is the parent of v, there is no one else
 *      on the path, and v need not wait.
 *   4. In increasing order of w, fill in those that were deferred.
 *
 * A semidominator is the smaller predecessor of some vertex at or above w in the numbering. The smallest of these bounds the
 * semidominators from w on, and as soon as a vertex has reached the bound, its path need not be followed further. In a heap with
 * large cycles nearly every vertex does.
 *
 * Invariants:
 *
 *   - parent[w] < w, and idom[w] <= semidominator of w <= parent[w] for every w > 1,
 *   - LABEL of v in the forest is the vertex with the smallest semidominator on the compressed path from v to the root of
 *     its tree, that root excluded, and KEY is that semidominator,
 *   - nothing recurses: a list of millions of objects takes no stack.
 *
 * A heap of millions is far larger than the processor's caches, and each step of a path is likely to miss them. So all that a step
 * needs of a vertex lies together, in 16 bytes.
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

/** Returns the dominator tree of `graph`. Takes at most 48 bytes for each object and 8 for each reference, most of them only meanwhile. */
export function dominatorTree(graph: HeapGraph): DominatorTree {
  const search = new Search(graph);
  const { count, objectOf, vertexOf } = search;
  const idom = immediateDominators(search);
  search.close();
  return { count, objectOf, vertexOf, idom };
}

/** Offsets in the record of a vertex. */
const ANCESTOR = 0;
const LABEL = 1;
const KEY = 2;
const SEMI = 3;
/** log2 of the length of a record. */
const RECORD = 2;

/** Step 1: the depth-first search, and what it learns of the predecessors of each vertex. */
class Search {
  count = ROOT;
  readonly objectOf: Uint32Array;
  readonly vertexOf: Uint32Array;
  /** By vertex: its parent in the depth-first tree. */
  readonly parent: Uint32Array;
  /** Four numbers for each vertex. SEMI: its smallest predecessor so far. The others are 0. */
  readonly records: Uint32Array;
  /** By vertex: 1 more than the index in `larger` of its last predecessor larger than itself; 0 for none. */
  readonly last: Uint32Array;
  /** Two numbers for each such predecessor: the vertex, and the entry of the one before it, as in `last`. */
  readonly larger: Uint32Array;
  private entries = 0;
  /** By vertex: the next of its edges to follow. */
  private readonly next: Uint32Array;

  constructor(graph: HeapGraph) {
    const { objects, edges } = graph;
    this.vertexOf = listOf(objects);
    this.objectOf = listOf(objects + 2);
    this.parent = listOf(objects + 2);
    this.records = listOf((objects + 2) << RECORD);
    this.last = listOf(objects + 2);
    this.larger = listOf(2 * edges);
    this.next = listOf(objects + 2);
    this.run(graph);
    release(this.next);
  }

  private run({ firstEdge, targets, roots }: HeapGraph): void {
    const { vertexOf, objectOf, parent, next, records } = this;
    for (let r = 0; r < roots.length; r++) {
      const known = vertexOf[roots[r]];
      if (known !== 0) {
        records[(known << RECORD) + SEMI] = ROOT;
        continue;
      }
      for (let v = this.enter(roots[r], ROOT, firstEdge); v !== ROOT;) {
        const end = firstEdge[objectOf[v] + 1];
        let edge = next[v];
        let child = 0;
        while (edge < end && child === 0) {
          const object = targets[edge++];
          const w = vertexOf[object];
          if (w === 0) child = this.enter(object, v, firstEdge);
          else if (w < v) this.keep(v, w);
          else if (v < records[(w << RECORD) + SEMI]) records[(w << RECORD) + SEMI] = v;
        }
        next[v] = edge;
        v = child === 0 ? parent[v] : child;
      }
    }
  }

  private enter(object: number, from: number, firstEdge: Uint32Array): number {
    const v = ++this.count;
    this.vertexOf[object] = v;
    this.objectOf[v] = object;
    this.parent[v] = from;
    this.records[(v << RECORD) + SEMI] = from;
    this.next[v] = firstEdge[object];
    return v;
  }

  /** Keeps `v` as a predecessor of the smaller vertex `w`. */
  private keep(v: number, w: number): void {
    const { larger, last, entries } = this;
    larger[2 * entries] = v;
    larger[2 * entries + 1] = last[w];
    last[w] = ++this.entries;
  }

  /** Releases all lists but those of the result. */
  close(): void {
    release(this.parent, this.records, this.last, this.larger);
  }
}

/** Steps 2 to 4. */
function immediateDominators({ count, parent, records, last, larger }: Search): Uint32Array {
  const idom = listOf(count + 1);
  /** By vertex: the head of its bucket, and the next vertex in the bucket that holds it. */
  const bucket = listOf(count + 1);
  const after = listOf(count + 1);
  /** Vertices on a path that is being compressed. */
  const path = listOf(count + 1);
  /** No semidominator of a vertex from w on is smaller. */
  let least = count;
  for (let w = count; w > ROOT; w--) {
    const record = w << RECORD;
    const p = parent[w];
    let semi = records[record + SEMI];
    if (semi < least) least = semi;
    for (let entry = last[w]; entry !== 0 && semi !== least; entry = larger[2 * entry - 1]) {
      const v = larger[2 * entry - 2];
      if (records[(v << RECORD) + KEY] !== least) compress(records, path, v);
      const key = records[(v << RECORD) + KEY];
      if (key < semi) semi = key;
    }
    records[record + ANCESTOR] = p;
    records[record + LABEL] = w;
    records[record + KEY] = semi;
    records[record + SEMI] = semi;
    if (semi === p) idom[w] = p;
    else {
      after[w] = bucket[semi];
      bucket[semi] = w;
    }
    for (let v = bucket[p]; v !== 0; v = after[v]) {
      if (records[(v << RECORD) + KEY] !== least) compress(records, path, v);
      idom[v] = records[(v << RECORD) + KEY] < p ? records[(v << RECORD) + LABEL] : p;
    }
    bucket[p] = 0;
  }
  for (let w = ROOT + 1; w <= count; w++) if (idom[w] !== records[(w << RECORD) + SEMI]) idom[w] = idom[idom[w]];
  release(bucket, after, path);
  return idom;
}

/** Makes every vertex on the path from `v` to the root of its tree in the forest a child of the root, and updates their labels. */
function compress(records: Uint32Array, path: Uint32Array, v: number): void {
  let length = 0;
  let record = v << RECORD;
  let above = records[record + ANCESTOR] << RECORD;
  // The root of a tree has no ancestor.
  while (records[above + ANCESTOR] !== 0) {
    path[length++] = record;
    record = above;
    above = records[record + ANCESTOR] << RECORD;
  }
  const root = records[record + ANCESTOR];
  let label = records[record + LABEL];
  let key = records[record + KEY];
  while (length > 0) {
    record = path[--length];
    if (key < records[record + KEY]) {
      records[record + LABEL] = label;
      records[record + KEY] = key;
    } else {
      label = records[record + LABEL];
      key = records[record + KEY];
    }
    records[record + ANCESTOR] = root;
  }
}
