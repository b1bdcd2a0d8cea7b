/** Makes the document of what a heap is made of, with bounds on everything that grows with the heap. */
import { listOf, release } from '../base/large-arrays.ts';
import { printable } from '../base/printable.ts';
import { HeapAnalysis, type GroupSize } from '../composition/analysis.ts';
import { ROOT } from '../composition/dominators.ts';
import { Largest, largestSubtree } from '../composition/largest.ts';
import type { HeapGraph } from '../workloads/heaps/image.ts';
import type { Composition } from './composition.ts';

/** Most groups by own bytes, and as many by retained bytes. */
const GROUPS = 40;
/** The part of the dominator tree that is listed. */
const SUBTREE = { most: 600, wide: 120, deep: 40 };
/** Listed objects of each group. */
const OF_GROUP = 6;
/** Listed objects by own bytes. */
const BY_OWN = 40;
/** Most listed objects. */
const LISTED = 1500;
/** Most new objects of a path at each end. The others are left out. */
const PATH_END = 12;
/** Characters of a name. */
const NAME = 80;

/** Returns what `graph` is made of. Takes about 0.6 s and 60 MB for a million objects. @param name that of the heap */
export function compose(graph: HeapGraph, name: string): Composition {
  const heap = new HeapAnalysis(graph);
  try {
    return composition(heap, name);
  } finally {
    heap.close();
  }
}

/** Does the same for a heap that is analysed already. */
export function composition(heap: HeapAnalysis, name: string): Composition {
  const { graph, labels, reachable } = heap;
  const all = heap.groups();
  const shown = largestGroups(all);
  const others = all.filter((group) => !shown.includes(group));
  return {
    name: printable(name, NAME),
    by: labels.by,
    ...reachable,
    unreachable: { objects: graph.objects - reachable.objects, bytes: graph.bytes - reachable.bytes },
    groups: shown.map(({ group, ...sizes }) => ({ name: printable(labels.groups[group], NAME), ...sizes })),
    otherGroups: { groups: others.length, objects: sum(others, 'objects'), bytes: sum(others, 'bytes') },
    listed: new Listing(heap).list(candidates(heap, shown), shown),
  };
}

function largestGroups(all: readonly GroupSize[]): GroupSize[] {
  const by = (key: 'bytes' | 'retainedBytes'): GroupSize[] => all.toSorted((a, b) => b[key] - a[key]).slice(0, GROUPS);
  return [...new Set([...by('bytes'), ...by('retainedBytes')])].sort((a, b) => b.bytes - a.bytes);
}

function sum(groups: readonly GroupSize[], key: 'objects' | 'bytes'): number {
  return groups.reduce((total, group) => total + group[key], 0);
}

/** Returns the objects that are worth listing, the most important first. */
function candidates(heap: HeapAnalysis, groups: readonly GroupSize[]): number[] {
  const { tree, children, retained, labels } = heap;
  function* childrenAt(vertex: number): Generator<number> {
    for (let child = children.first[vertex]; child !== 0; child = children.next[child]) yield child;
  }
  const retainers = largestSubtree(ROOT, childrenAt, (vertex) => retained.bytes[vertex], SUBTREE);
  const ofGroup = new Map(groups.map(({ group }) => [group, new Largest(OF_GROUP)]));
  const byOwn = new Largest(BY_OWN);
  const groupAt = Array.from(labels.groups, (_, group) => ofGroup.get(group));
  for (let object = 0; object < heap.graph.objects; object++) {
    const v = tree.vertexOf[object];
    if (v === 0) continue;
    groupAt[labels.groupOf[object]]?.add(v, retained.bytes[v]);
    byOwn.add(v, heap.bytesOf(object));
  }
  return [...retainers, ...byOwn.values, ...[...ofGroup.values()].flatMap(({ values }) => values)].map((v) => tree.objectOf[v]);
}

/** An object on the list, and the way to it. */
interface Entry {
  readonly object: number;
  /** The object before it on its path; -1 for none. */
  readonly from: number;
  readonly skipped: number;
}

class Listing {
  private readonly heap: HeapAnalysis;
  private readonly entries = new Map<number, Entry>();

  constructor(heap: HeapAnalysis) {
    this.heap = heap;
  }

  /** Lists `objects` as far as there is room, with their paths. */
  list(objects: readonly number[], groups: readonly GroupSize[]): Composition['listed'] {
    for (const object of objects) this.add(object);
    const { heap } = this;
    const { tree, retained, labels } = heap;
    const vertexOf = (object: number): number => tree.vertexOf[object];
    const entries = [...this.entries.values()].sort((a, b) =>
      retained.bytes[vertexOf(b.object)] - retained.bytes[vertexOf(a.object)] || vertexOf(a.object) - vertexOf(b.object));
    const indexOf = new Map(entries.map(({ object }, i) => [object, i]));
    const groupIndex = new Map(groups.map(({ group }, i) => [group, i]));
    const dominators = this.dominators();
    const column = <T>(of: (entry: Entry) => T): T[] => entries.map(of);
    const listed = {
      id: column(({ object }) => printable(labels.idOf(object), NAME)),
      name: column(({ object }) => printable(nameOf(heap, object, groupIndex.has(labels.groupOf[object])), NAME)),
      group: column(({ object }) => groupIndex.get(labels.groupOf[object]) ?? -1),
      bytes: column(({ object }) => heap.bytesOf(object)),
      retainedBytes: column(({ object }) => retained.bytes[vertexOf(object)]),
      retainedObjects: column(({ object }) => retained.objects[vertexOf(object)]),
      dominator: column(({ object }) => {
        const above = dominators[vertexOf(object)];
        return above === ROOT ? -1 : (indexOf.get(tree.objectOf[above]) ?? -1);
      }),
      from: column(({ from }) => indexOf.get(from) ?? -1),
      skipped: column(({ skipped }) => skipped),
      via: column(({ object }) => printable(viaOf(heap, object), NAME)),
    };
    release(dominators);
    return listed;
  }

  /** Lists `object` with the part of its path that is not listed yet, if there is room for both. */
  private add(object: number): void {
    const { entries, heap: { paths } } = this;
    const tail: number[] = [];
    const head: number[] = [];
    let length = 0;
    let at = object;
    for (; at >= 0 && !entries.has(at); at = paths.beforeOf(at), length++) {
      if (tail.length < PATH_END) tail.push(at);
      else head[(length - PATH_END) % PATH_END] = at;
    }
    const inHead = Math.min(PATH_END, length - tail.length);
    if (entries.size + tail.length + inHead > LISTED) return;
    // The last of them, in the order of the walk, are those nearest to the root.
    const kept = [...tail, ...Array.from({ length: inHead }, (_, i) => head[(length - tail.length - inHead + i) % PATH_END])];
    kept.forEach((one, i) => {
      const isCut = i === tail.length - 1 && inHead > 0;
      entries.set(one, { object: one, from: kept[i + 1] ?? at, skipped: isCut ? length - tail.length - inHead : 0 });
    });
  }

  /** Returns, by vertex, the nearest vertex of a listed object that dominates it, or ROOT. */
  private dominators(): Uint32Array {
    const { tree } = this.heap;
    const nearest = listOf(tree.count + 1);
    for (let v = ROOT + 1; v <= tree.count; v++) {
      const above = tree.idom[v];
      nearest[v] = above === ROOT || this.entries.has(tree.objectOf[above]) ? above : nearest[above];
    }
    return nearest;
  }
}

/** Returns the name of an object, after that of its group unless the group is listed. */
function nameOf(heap: HeapAnalysis, object: number, isGroupListed: boolean): string {
  const name = heap.labels.nameOf?.(object) ?? '';
  return isGroupListed ? name : `${heap.groupNameOf(object)} ${name}`.trimEnd();
}

/** Returns the field, the offset or the root that leads to `object` on its shortest path; '' if unknown. */
export function viaOf({ labels, paths }: HeapAnalysis, object: number): string {
  const via = paths.viaOf(object);
  return (paths.beforeOf(object) < 0 ? labels.rootName?.(via) : labels.edgeName?.(via)) ?? '';
}
