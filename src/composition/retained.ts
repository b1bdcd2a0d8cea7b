/**
 * Retained sizes: the bytes of an object and of all objects that it dominates, which are the bytes that would become
 * garbage with it.
 */
import { bytesOf, floatsOf, listOf, release } from '../base/large-arrays.ts';
import { sizeOf, type HeapGraph } from '../workloads/heaps/image.ts';
import { ROOT, type DominatorTree } from './dominators.ts';

export interface Retained {
  /** By vertex: retained bytes. Those of the virtual root are the bytes of all reachable objects. */
  readonly bytes: Float64Array;
  /** By vertex: the number of retained objects, itself included (the virtual root is none). */
  readonly objects: Uint32Array;
}

/** Adds up the subtrees of `tree`. A dominator is a smaller vertex, so one pass from the largest vertex down does it. */
export function retainedSizes(graph: HeapGraph, { count, objectOf, idom }: DominatorTree): Retained {
  const bytes = floatsOf(count + 1);
  const objects = listOf(count + 1);
  for (let v = count; v > ROOT; v--) {
    bytes[v] += sizeOf(graph, objectOf[v]);
    objects[v]++;
    bytes[idom[v]] += bytes[v];
    objects[idom[v]] += objects[v];
  }
  return { bytes, objects };
}

/** The children of the vertices in the dominator tree, as linked lists; 0 ends a list. */
export interface Children {
  /** By vertex: its first child, which is its smallest. */
  readonly first: Uint32Array;
  /** By vertex: the next child of its dominator. */
  readonly next: Uint32Array;
}

export function childrenOf({ count, idom }: DominatorTree): Children {
  const first = listOf(count + 1);
  const next = listOf(count + 1);
  for (let v = count; v > ROOT; v--) {
    next[v] = first[idom[v]];
    first[idom[v]] = v;
  }
  return { first, next };
}

/**
 * Returns, by vertex, 1 for each object with no dominator of its own group. The retained sizes of these objects of a group
 * are disjoint, and their sum is the retained size of the group.
 */
export function outermost({ count, objectOf, idom }: DominatorTree, { first, next }: Children, groupOf: Uint32Array, groups: number): Uint8Array {
  const isOutermost = bytesOf(count + 1);
  /** By group: the number of its objects on the path from the root to the current vertex. */
  const open = listOf(groups);
  const enter = (v: number): number => {
    isOutermost[v] = open[groupOf[objectOf[v]]]++ === 0 ? 1 : 0;
    return v;
  };
  // A preorder walk. `v` is entered already; a vertex is left when its subtree is done.
  for (let v = ROOT, down = true; ;) {
    if (down && first[v] !== 0) {
      v = enter(first[v]);
      continue;
    }
    if (v === ROOT) break;
    open[groupOf[objectOf[v]]]--;
    down = next[v] !== 0;
    v = down ? enter(next[v]) : idom[v];
  }
  release(open);
  return isOutermost;
}
