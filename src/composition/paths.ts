/** Shortest paths from the roots, found by a breadth-first search. */
import { listOf, release } from '../base/large-arrays.ts';
import type { HeapGraph } from '../workloads/heaps/image.ts';

/** A step of a path: the object, and the reference to it. */
export interface Step {
  readonly object: number;
  /** Index in `roots` of the first step, and of the edge of every other step. */
  readonly via: number;
}

export class ShortestPaths {
  private readonly graph: HeapGraph;
  /**
   * Two numbers for each object. First the object before it on its path plus 2, 1 for an object that a root points to, 0 for one
   * that is not reached. Second the edge or root that leads to it.
   */
  private readonly arrivals: Uint32Array;

  constructor(graph: HeapGraph) {
    this.graph = graph;
    const { objects, firstEdge, targets, roots } = graph;
    const arrivals = listOf(2 * objects);
    const queue = listOf(objects);
    let end = 0;
    for (let r = 0; r < roots.length; r++) {
      if (arrivals[2 * roots[r]] !== 0) continue;
      arrivals[2 * roots[r]] = 1;
      arrivals[2 * roots[r] + 1] = r;
      queue[end++] = roots[r];
    }
    for (let i = 0; i < end; i++) {
      const object = queue[i];
      for (let e = firstEdge[object]; e < firstEdge[object + 1]; e++) {
        const target = targets[e];
        if (arrivals[2 * target] !== 0) continue;
        arrivals[2 * target] = object + 2;
        arrivals[2 * target + 1] = e;
        queue[end++] = target;
      }
    }
    release(queue);
    this.arrivals = arrivals;
  }

  /** Returns the object before `object` on its path, or -1 if a root points to it. */
  beforeOf(object: number): number {
    return this.arrivals[2 * object] - 2;
  }

  /** Returns the edge that leads to `object`, or the root, as an index. */
  viaOf(object: number): number {
    return this.arrivals[2 * object + 1];
  }

  /** Returns a shortest path from a root to `object`, the object of the root first; undefined if the roots don't reach it. */
  to(object: number): Step[] | undefined {
    if (!(object >= 0 && object < this.graph.objects) || this.arrivals[2 * object] === 0) return undefined;
    const steps: Step[] = [];
    for (let at = object; at >= 0; at = this.beforeOf(at)) steps.push({ object: at, via: this.viaOf(at) });
    return steps.reverse();
  }

  /** Releases all lists. */
  close(): void {
    release(this.arrivals);
  }
}
