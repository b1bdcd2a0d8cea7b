/** What is known of a heap's objects once its dominators are: sizes, retained sizes, names, paths. */
import { release } from '../base/large-arrays.ts';
import { sizeOf, type HeapGraph } from '../workloads/heaps/image.ts';
import type { HeapLabels } from '../workloads/heaps/labels.ts';
import { labelsOf } from '../workloads/heaps/size-labels.ts';
import { ROOT, dominatorTree, type DominatorTree } from './dominators.ts';
import { ShortestPaths } from './paths.ts';
import { childrenOf, outermost, retainedSizes, type Children, type Retained } from './retained.ts';

/** A group of objects. The retained sizes of two groups overlap if one dominates objects of the other. */
export interface GroupSize {
  readonly group: number;
  readonly objects: number;
  readonly bytes: number;
  readonly retainedBytes: number;
}

/** The graph must not change or be released before the analysis is closed. */
export class HeapAnalysis {
  readonly graph: HeapGraph;
  readonly labels: HeapLabels;
  readonly tree: DominatorTree;
  readonly children: Children;
  readonly retained: Retained;
  readonly paths: ShortestPaths;

  constructor(graph: HeapGraph) {
    this.graph = graph;
    this.labels = labelsOf(graph);
    this.tree = dominatorTree(graph);
    this.children = childrenOf(this.tree);
    this.retained = retainedSizes(graph, this.tree);
    this.paths = new ShortestPaths(graph);
  }

  /** Objects and bytes that the roots reach. */
  get reachable(): { readonly objects: number; readonly bytes: number } {
    return { objects: this.retained.objects[ROOT], bytes: this.retained.bytes[ROOT] };
  }

  /** Returns the own bytes of `object`. */
  bytesOf(object: number): number {
    return sizeOf(this.graph, object);
  }

  /** Returns the name of the group of `object`. */
  groupNameOf(object: number): string {
    return this.labels.groups[this.labels.groupOf[object]];
  }

  /** Returns the groups with reachable objects, in no order. */
  groups(): GroupSize[] {
    const { graph, labels, tree, retained } = this;
    const isOutermost = outermost(tree, this.children, labels.groupOf, labels.groups.length);
    const all = labels.groups.map((_, group) => ({ group, objects: 0, bytes: 0, retainedBytes: 0 }));
    for (let object = 0; object < graph.objects; object++) {
      const v = tree.vertexOf[object];
      if (v === 0) continue;
      const group = all[labels.groupOf[object]];
      group.objects++;
      group.bytes += sizeOf(graph, object);
      if (isOutermost[v] === 1) group.retainedBytes += retained.bytes[v];
    }
    release(isOutermost);
    return all.filter(({ objects }) => objects > 0);
  }

  /** Releases all lists but those of the graph. */
  close(): void {
    const { tree, children, retained } = this;
    release(tree.objectOf, tree.vertexOf, tree.idom, children.first, children.next, retained.bytes, retained.objects);
    this.paths.close();
  }
}
