/**
 * Makes an image from the records of a dump. Objects are numbered in the order of their addresses. A
 * pointer to any byte of an object becomes an edge to the object.
 */
import type { Contents } from './contents.ts';
import { sizeOf, type HeapImage } from './image.ts';
import type { DumpCursor } from './go-dump-cursor.ts';
import type { PointerSink } from './go-dump-fields.ts';
import { GO_ROOT_KINDS, TAG, type GoParams, type GoRoot } from './go-dump-format.ts';
import { ObjectMap, areSorted, orderOf } from './go-dump-order.ts';
import type { ObjectReader } from './go-dump-objects.ts';
import { addressAt, type Addresses } from './go-dump-pointers.ts';
import type { GoMemStats, RecordReader } from './go-dump-records.ts';
import { GroupCounter, type HeapFacts, type HeapGroup } from './heap-facts.ts';
import type { HeapNote } from './heap-notes.ts';
import { describeRoot } from './go-labels.ts';
import { GroupNumbers, byAddress, type HeapLabels } from './labels.ts';
import { placesOf } from './places.ts';
import { groupBySize } from './size-labels.ts';
import { bytesOf, floatsOf, listOf, release } from '../../base/large-arrays.ts';

/** Invariant: fields == nils + scalars + inside + outside. */
export interface FieldCounts {
  /** Fields that can hold a pointer. An interface is one field. */
  readonly fields: number;
  readonly nils: number;
  /** Interfaces that hold no pointer. */
  readonly scalars: number;
  /** Pointers into objects. */
  readonly inside: number;
  /** Pointers to other memory: globals, functions, stacks, the runtime's own memory. */
  readonly outside: number;
}

export interface GoCounts {
  /** Pointers in objects. `inside` is the number of edges. */
  readonly pointers: FieldCounts;
  /** Pointers in segments, in frames and in the other roots. */
  readonly rootPointers: FieldCounts;
  readonly goroutines: number;
  readonly frames: number;
  /** Number of distinct types. Dumps describe some twice. */
  readonly types: number;
  readonly itabs: number;
  readonly threads: number;
  readonly otherRoots: number;
  readonly finalizers: number;
  readonly queuedFinalizers: number;
  readonly defers: number;
  readonly panics: number;
  readonly profiles: number;
  readonly samples: number;
}

export interface GoImage extends HeapImage {
  /** Version of the format. `1.7` is that of Go 1.7 and all later versions. */
  readonly format: string;
  readonly params: GoParams;
  readonly counts: GoCounts;
  /** Statistics of the dumped runtime, if the dump has them. */
  readonly memStats: GoMemStats | undefined;
}

/** @param again reads the bytes of the dump again, if that is possible */
export function imageOf(name: string, minor: number, records: RecordReader, cursor: DumpCursor, again: Contents['bytes'] | undefined): GoImage {
  const { params } = records;
  if (params === undefined) return cursor.reject('has no parameters, with which a Go heap dump begins');
  // First the step that takes the most temporary memory.
  const { objects } = records;
  const pointers = pointersOf(objects.pointers, records.types);
  const starts = objects.starts.finish();
  const sorted = areSorted(starts);
  const order = orderOf(starts);
  const { bytes } = objects.sizes;
  const all = objects.sizes.finish();
  const map = new ObjectMap(starts, all, order);
  release(starts.low, starts.high, all.sizes);
  const overlap = map.firstOverlap();
  if (overlap !== -1) cursor.reject(`the objects at ${hex(map.starts[overlap - 1])} and ${hex(map.starts[overlap])} overlap`);
  const edges = edgesOf(objects, pointers, map, order, sorted);
  const roots = rootsOf(records, map, edges);
  const typeOf = records.objects.typeOf.length > 0 ? records.objects.typeOf.finish() : undefined;
  const facts = factsOf(minor, records, map, order, typeOf, roots.inside);
  const labels = records.places === undefined ? undefined : labelsOf(records, map, order, typeOf, edges, roots);
  const isInOneRun = sorted && records.objectRuns <= 1;
  const places = again === undefined || !isInOneRun ? undefined : placesOf(minor, params, map.starts, map.sizes, { offset: records.objectsAt, bytes: again });
  map.close();
  release(order);
  return {
    name,
    objects: map.sizes.length,
    edges: edges.targets.length,
    bytes,
    sizes: map.sizes,
    oversized: map.oversized,
    firstEdge: edges.firstEdge,
    targets: edges.targets,
    roots: roots.objects,
    ...(labels && { labels }),
    facts,
    notes: notesOf(records),
    places,
    format: `1.${minor}`,
    params,
    counts: { ...countsOf(records), pointers: edges.counts, rootPointers: roots.counts },
    memStats: records.memStats,
  };
}

interface Edges {
  readonly firstEdge: Uint32Array;
  readonly targets: Uint32Array;
  /** For labels: by edge, the byte offset of its pointer in the object. */
  readonly offsets: Uint32Array | undefined;
  readonly counts: FieldCounts;
}

/** Turns the pointers in objects into edges. Releases `pointers`, or reuses them as targets. */
function edgesOf({ pointers: sink, pointerEnd }: ObjectReader, pointers: Addresses, map: ObjectMap, order: Uint32Array, sorted: boolean): Edges {
  const ends = pointerEnd.finish();
  const firstEdge = listOf(order.length + 1);
  // In a sorted file, each edge is written at or before the pointer that it comes from, so the array can be reused.
  const targets = sorted ? pointers.low : listOf(pointers.low.length);
  const offsets = sink.offsets?.finish();
  const edgeOffsets = offsets && (sorted ? offsets : listOf(offsets.length));
  let edges = 0;
  for (let i = 0; i < order.length; i++) {
    const object = order[i];
    firstEdge[i] = edges;
    for (let k = object === 0 ? 0 : ends[object - 1]; k < ends[object]; k++) {
      const target = map.find(addressAt(pointers, k));
      if (target === -1) continue;
      if (edgeOffsets !== undefined && offsets !== undefined) edgeOffsets[edges] = offsets[k];
      targets[edges++] = target;
    }
  }
  firstEdge[order.length] = edges;
  release(ends, pointers.high, ...(sorted ? [] : [pointers.low]));
  return { firstEdge, targets: targets.subarray(0, edges), offsets: edgeOffsets, counts: fieldCounts(sink, edges) };
}

interface Roots {
  /** Each root object once, in order. */
  readonly objects: Uint32Array;
  /** For labels: by root, its kind and place. */
  readonly names: RootName[];
  /** By kind: pointers to an object. */
  readonly inside: Readonly<Record<GoRoot, number>>;
  /** Counts of all kinds together. */
  readonly counts: FieldCounts;
}

/** A kind of roots, and the pointer of that kind that leads to the object; -1 for one in an object with a finalizer. */
interface RootName {
  readonly kind: GoRoot;
  readonly pointer: number;
}

function rootsOf(records: RecordReader, map: ObjectMap, edges: Edges): Roots {
  const { types, inRoots, finalizable } = records;
  const isRoot = bytesOf(map.starts.length);
  const names = new Map<number, RootName>();
  const keep = (object: number, kind: GoRoot, pointer: number): void => {
    if (records.places !== undefined && isRoot[object] === 0) names.set(object, { kind, pointer });
    isRoot[object] = 1;
  };
  const inside = { data: 0, bss: 0, frames: 0, finalizers: 0, other: 0 };
  for (const kind of GO_ROOT_KINDS) inside[kind] = visitRoots(pointersOf(inRoots[kind], types), map, (object, i) => keep(object, kind, i));
  const all = GO_ROOT_KINDS.map((kind) => fieldCounts(inRoots[kind], inside[kind]));
  const waiting = finalizable.finish();
  for (let i = 0; i < waiting.low.length; i++) {
    const object = map.find(addressAt(waiting, i));
    // The finalizer can reach the objects that this one points to, so they live. The object itself may die.
    if (object === -1) continue;
    for (let e = edges.firstEdge[object]; e < edges.firstEdge[object + 1]; e++) keep(edges.targets[e], 'finalizers', -1);
    inside.finalizers += edges.firstEdge[object + 1] - edges.firstEdge[object];
  }
  const objects = new Uint32Array(isRoot.reduce((sum, one) => sum + one, 0));
  for (let i = 0, n = 0; i < isRoot.length; i++) if (isRoot[i] === 1) objects[n++] = i;
  release(isRoot);
  return { objects, names: Array.from(objects, (object) => names.get(object)).filter((name) => name !== undefined), inside, counts: all.reduce(addCounts) };
}

/** Visits the object of each of `pointers` that points to one. Returns their number. */
function visitRoots(pointers: Addresses, map: ObjectMap, visit: (object: number, pointer: number) => void): number {
  let inside = 0;
  for (let i = 0; i < pointers.low.length; i++) {
    const object = map.find(addressAt(pointers, i));
    if (object === -1) continue;
    visit(object, i);
    inside++;
  }
  return inside;
}

function addCounts(a: FieldCounts, b: FieldCounts): FieldCounts {
  return {
    fields: a.fields + b.fields, nils: a.nils + b.nils, scalars: a.scalars + b.scalars,
    inside: a.inside + b.inside, outside: a.outside + b.outside,
  };
}

/** Returns names of objects by type and address, of pointers by offset, and of roots by place. */
function labelsOf({ types, inRoots, places }: RecordReader, map: ObjectMap, order: Uint32Array, typeOf: Addresses | undefined, edges: Edges, roots: Roots): HeapLabels {
  const addresses = floatsOf(order.length);
  addresses.set(map.starts);
  const offsets = Object.fromEntries(GO_ROOT_KINDS.map((kind) => [kind, inRoots[kind].offsets?.finish()]));
  return {
    ...(typeOf === undefined ? groupBySize({ ...map, objects: order.length }) : groupByType(types, typeOf, order)),
    ...byAddress(addresses),
    edgeName: (edge) => `+${edges.offsets?.[edge]}`,
    rootName(root) {
      const { kind, pointer } = roots.names[root];
      return pointer === -1 ? 'object with a finalizer' : describeRoot(kind, places?.[kind].of(pointer), offsets[kind]?.[pointer] ?? 0);
    },
  };
}

function groupByType(types: RecordReader['types'], typeOf: Addresses, order: Uint32Array): Pick<HeapLabels, 'by' | 'groupOf' | 'groups'> {
  const numbers = new GroupNumbers<string>();
  const groupOf = listOf(order.length);
  for (let i = 0; i < order.length; i++) groupOf[i] = numbers.of(typeName(types, addressAt(typeOf, order[i])));
  return { by: 'type', groupOf, groups: numbers.keys };
}

function typeName(types: RecordReader['types'], address: number): string {
  return types.typeAt(address)?.name ?? 'no type';
}

function factsOf(minor: number, records: RecordReader, map: ObjectMap, order: Uint32Array, typeOf: Addresses | undefined, roots: HeapFacts['roots']): HeapFacts {
  const waiting = [...records.waiting].filter(([reason]) => reason !== '').map(([reason, count]) => ({ reason, count }));
  return {
    format: `Go heap dump 1.${minor}`,
    roots,
    goroutines: {
      count: records.counts[TAG.goroutine],
      frames: records.counts[TAG.frame],
      waiting: waiting.toSorted((a, b) => b.count - a.count),
    },
    by: typeOf === undefined ? 'size' : 'type',
    groups: typeOf === undefined ? groupsBySize(map) : groupsByType(records, map, typeOf, order),
  };
}

function notesOf({ fieldsOutside, objects, typeRecords, trailingBytes }: RecordReader): HeapNote[] {
  const notes: HeapNote[] = [
    { kind: 'frame-fields', count: fieldsOutside.frames },
    { kind: 'segment-fields', count: fieldsOutside.segments },
    { kind: 'partial-objects', count: objects.partial },
    { kind: 'type-names', count: typeRecords.broken },
    { kind: 'trailing-bytes', count: trailingBytes },
  ];
  return notes.filter(({ count }) => count > 0);
}

function groupsBySize(map: ObjectMap): HeapGroup[] {
  const groups = new GroupCounter<number>();
  for (let i = 0; i < map.sizes.length; i++) groups.add(sizeOf(map, i), sizeOf(map, i));
  return groups.finish(String);
}

function groupsByType({ types }: RecordReader, map: ObjectMap, typeOf: Addresses, order: Uint32Array): HeapGroup[] {
  const groups = new GroupCounter<number>();
  for (let i = 0; i < order.length; i++) groups.add(addressAt(typeOf, order[i]), sizeOf(map, i));
  return groups.finish((address) => typeName(types, address));
}

/** Returns all pointers of a sink. Those that were decided to be none are nil. */
function pointersOf(sink: PointerSink, types: RecordReader['types']): Addresses {
  const dropped = sink.decide(types);
  const pointers = sink.pointers.finish();
  for (const i of dropped) {
    pointers.low[i] = 0;
    pointers.high[i] = 0;
  }
  return pointers;
}

function fieldCounts({ fields, nils, scalars }: PointerSink, inside: number): FieldCounts {
  return { fields, nils, scalars, inside, outside: fields - nils - scalars - inside };
}

function countsOf({ counts, types }: RecordReader): Omit<GoCounts, 'pointers' | 'rootPointers'> {
  return {
    goroutines: counts[TAG.goroutine],
    frames: counts[TAG.frame],
    types: types.typeCount,
    itabs: types.itabCount,
    threads: counts[TAG.thread],
    otherRoots: counts[TAG.otherRoot],
    finalizers: counts[TAG.finalizer],
    queuedFinalizers: counts[TAG.queuedFinalizer],
    defers: counts[TAG.defer],
    panics: counts[TAG.panic],
    profiles: counts[TAG.memProf],
    samples: counts[TAG.sample],
  };
}

function hex(address: number): string {
  return `0x${address.toString(16)}`;
}
