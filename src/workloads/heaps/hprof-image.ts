/**
 * Makes an image from the records of a Java heap dump. Objects are numbered in the order of their ids,
 * which are addresses. The edges are
 *
 * - of an instance or an array: its references, including soft, weak and phantom ones,
 * - of a class: its static fields and constants, its superclass, its loader, its signers and its
 *   protection domain,
 * - of a loader: the classes that it loaded, including classes of arrays, which no field holds,
 * - of an instance or an array of references: its class, unless the JVM never unloads the class.
 */
import type { HeapImage } from './image.ts';
import { AddressIndex } from './address-index.ts';
import { orderOf } from './go-dump-order.ts';
import { addressAt, type Addresses } from './go-dump-pointers.ts';
import { GrowableUint32 } from './growable.ts';
import { largestGroups, type HeapGroup } from './heap-facts.ts';
import type { ClassTable } from './hprof-classes.ts';
import type { HprofCursor } from './hprof-cursor.ts';
import { classNameOf, labelsOf, nameOfKind } from './hprof-labels.ts';
import { notesOf } from './hprof-notes.ts';
import { OBJECT_KIND, SLOT, kindOf, numberOf, type SortedObjects } from './hprof-objects.ts';
import type { RecordReader } from './hprof-records.ts';
import { rootsOf } from './hprof-roots.ts';
import { sizesOf, type JavaSizes, type ObjectLayout } from './hprof-sizes.ts';
import { SizeList } from './size-list.ts';
import { listOf, release } from '../../base/large-arrays.ts';

export interface HprofImage extends HeapImage {
  /** Version of the format: `1.0.2`. */
  readonly format: string;
  readonly idBytes: number;
  /** Object layout of the JVM, derived from the addresses. */
  readonly layout: ObjectLayout;
  /** All classes with instances, the most bytes first. */
  readonly classes: readonly HeapGroup[];
}

export function imageOf(name: string, records: RecordReader, cursor: HprofCursor): HprofImage {
  const { subrecords, classes, names } = records;
  const { objects } = subrecords;
  const ids = objects.ids.finish();
  const all = orderOf(ids);
  const kinds = objects.kinds.finish();
  const order = withoutDuplicates(ids, kinds, all);
  const duplicates = all.length - order.length;
  const index = new AddressIndex(ids, order);
  release(ids.low, ids.high);
  const sorted: SortedObjects = { starts: index.starts, kinds: inOrder(kinds, order), lengths: inOrder(objects.lengths.finish(), order) };
  const sizes = sizesOf(sorted, classes, names, cursor.idBytes);
  const roots = rootsOf(subrecords, classes, names, index);
  const edges = new EdgeWriter(records, sorted, index).write(order);
  const groups = groupsOf(records, sorted, sizes);
  const list = listSizes(sorted, sizes);
  const { slots } = edges;
  const labels = slots && labelsOf(records, sorted, { ...edges, slots }, roots);
  index.close();
  release(all, sorted.kinds, sorted.lengths);
  return {
    name,
    objects: list.sizes.length,
    edges: edges.targets.length,
    ...list,
    firstEdge: edges.firstEdge,
    targets: edges.targets,
    roots: roots.objects,
    ...(labels && { labels }),
    facts: { format: `Java heap dump 1.0.${records.minor}`, roots: roots.inside, by: 'class', groups: largestGroups(groups) },
    notes: notesOf(records, { duplicates, dangling: edges.dangling, danglingRoots: roots.outside, guessedSizes: sizes.areAddresses ? 0 : list.sizes.length }),
    format: `1.0.${records.minor}`,
    idBytes: cursor.idBytes,
    layout: sizes.layout,
    classes: groups,
  };
}

/** Keeps one object of each id in `order`: a class if there is one, else the first in the file. */
function withoutDuplicates(ids: Addresses, kinds: Uint32Array, order: Uint32Array): Uint32Array {
  let kept = 0;
  for (const object of order) {
    const last = kept === 0 ? -1 : order[kept - 1];
    if (last === -1 || addressAt(ids, last) !== addressAt(ids, object)) order[kept++] = object;
    else if (kindOf(kinds[object]) === OBJECT_KIND.class && kindOf(kinds[last]) !== OBJECT_KIND.class) order[kept - 1] = object;
  }
  return order.subarray(0, kept);
}

function inOrder(list: Uint32Array, order: Uint32Array): Uint32Array {
  const sorted = listOf(order.length);
  for (let i = 0; i < order.length; i++) sorted[i] = list[order[i]];
  release(list);
  return sorted;
}

interface Edges {
  readonly firstEdge: Uint32Array;
  readonly targets: Uint32Array;
  /** By edge: its slot, if labels are kept. */
  readonly slots: Uint32Array | undefined;
  /** Number of references to no object. */
  readonly dangling: number;
}

/** Resolves references to object numbers, and adds the edges that no field holds. */
class EdgeWriter {
  private readonly records: RecordReader;
  private readonly objects: SortedObjects;
  private readonly index: AddressIndex;
  private readonly targets = new GrowableUint32();
  private readonly slots: GrowableUint32 | undefined;
  private dangling = 0;
  /** By class: its object; -1 if it is not in the file or never unloaded. */
  private readonly keptClasses: Int32Array;
  /** Loaders in the order of object numbers, each with the classes that it loaded. */
  private readonly loaded: readonly (readonly [loader: number, classes: readonly number[]])[];

  constructor(records: RecordReader, objects: SortedObjects, index: AddressIndex) {
    this.records = records;
    this.objects = objects;
    this.index = index;
    this.slots = records.subrecords.objects.slots && new GrowableUint32();
    const { all } = records.classes;
    this.keptClasses = Int32Array.from(all, ({ id, isSystem }) => (isSystem ? -1 : index.rankOf(id)));
    this.loaded = this.classesByLoader(records.classes);
  }

  /** Writes all edges and releases the lists of references. @param order the objects' positions in the file */
  write(order: Uint32Array): Edges {
    const { objects } = this.records.subrecords;
    const references = objects.references.finish();
    const slots = objects.slots?.finish();
    const ends = objects.referenceEnds.finish();
    const firstEdge = listOf(order.length + 1);
    let nextLoader = 0;
    for (let i = 0; i < order.length; i++) {
      firstEdge[i] = this.targets.length;
      const object = order[i];
      for (let k = object === 0 ? 0 : ends[object - 1]; k < ends[object]; k++) this.add(addressAt(references, k), slots?.[k]);
      this.addClassOf(i);
      if (nextLoader < this.loaded.length && this.loaded[nextLoader][0] === i) {
        for (const one of this.loaded[nextLoader++][1]) this.push(one, SLOT.loaded);
      }
    }
    firstEdge[order.length] = this.targets.length;
    release(references.low, references.high, ends);
    return { firstEdge, targets: this.targets.finish(), slots: this.slots?.finish(), dangling: this.dangling };
  }

  private add(id: number, slot = 0): void {
    const target = this.index.rankOf(id);
    if (target === -1) this.dangling++;
    else this.push(target, slot);
  }

  private push(target: number, slot: number): void {
    this.targets.push(target);
    this.slots?.push(slot);
  }

  private addClassOf(object: number): void {
    const kind = this.objects.kinds[object];
    if (kindOf(kind) !== OBJECT_KIND.instance && kindOf(kind) !== OBJECT_KIND.objectArray) return;
    const kept = this.keptClasses[numberOf(kind)];
    if (kept !== -1) this.push(kept, SLOT.itsClass);
  }

  private classesByLoader(classes: ClassTable): [number, number[]][] {
    const byLoader = new Map<number, number[]>();
    for (const { id, described } of classes.all) {
      const loader = described === undefined || described.loader === 0 ? -1 : this.index.rankOf(described.loader);
      const loaded = this.index.rankOf(id);
      if (loader === -1 || loaded === -1) continue;
      const list = byLoader.get(loader);
      if (list === undefined) byLoader.set(loader, [loaded]);
      else list.push(loaded);
    }
    return [...byLoader].sort(([a], [b]) => a - b);
  }
}

function listSizes({ starts, kinds, lengths }: SortedObjects, sizes: JavaSizes): Pick<HeapImage, 'sizes' | 'oversized' | 'bytes'> {
  const list = new SizeList();
  for (let i = 0; i < starts.length; i++) list.push(sizes.of(kinds[i], lengths[i]));
  const { bytes } = list;
  return { ...list.finish(), bytes };
}

/** Returns all classes with their instances, the most bytes first. */
function groupsOf(records: RecordReader, { kinds, lengths }: SortedObjects, sizes: JavaSizes): HeapGroup[] {
  const ofClass = (number: number): string => classNameOf(records, number);
  const groups = new Map<string, { name: string; objects: number; bytes: number }>();
  const group = (name: string): { objects: number; bytes: number } => {
    const known = groups.get(name) ?? { name, objects: 0, bytes: 0 };
    groups.set(name, known);
    return known;
  };
  const byKind = new Map<number, { objects: number; bytes: number }>();
  for (let i = 0; i < kinds.length; i++) {
    let to = byKind.get(kinds[i]);
    if (to === undefined) {
      to = group(nameOfKind(kinds[i], ofClass));
      byKind.set(kinds[i], to);
    }
    to.objects++;
    to.bytes += sizes.of(kinds[i], lengths[i]);
  }
  return [...groups.values()].sort((a, b) => b.bytes - a.bytes);
}
