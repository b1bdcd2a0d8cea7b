/** The labels of a Java heap dump: classes, fields, elements of arrays, kinds of roots. */
import { floatsOf, listOf } from '../../base/large-arrays.ts';
import { hexId } from './hprof-classes.ts';
import { JAVA_ROOTS } from './hprof-format.ts';
import { primitiveArrayName, readableName } from './hprof-names.ts';
import { OBJECT_KIND, SLOT, kindOf, numberOf, type SortedObjects } from './hprof-objects.ts';
import type { RecordReader } from './hprof-records.ts';
import type { JavaRoots } from './hprof-roots.ts';
import { GroupNumbers, byAddress, type HeapLabels } from './labels.ts';

/** The edges of a dump, with the slot that holds each; see SLOT. */
interface LabelledEdges {
  readonly firstEdge: Uint32Array;
  readonly slots: Uint32Array;
}

export function labelsOf(records: RecordReader, { starts, kinds }: SortedObjects, { firstEdge, slots }: LabelledEdges, roots: JavaRoots): HeapLabels {
  const { classes, names } = records;
  const addresses = floatsOf(starts.length);
  addresses.set(starts);
  const kept = listOf(kinds.length);
  kept.set(kinds);
  const groupNumbers = new GroupNumbers<string>();
  const numberOfKind = new Map<number, number>();
  const groupOf = listOf(kinds.length);
  const classOf = (number: number): string => classNameOf(records, number);
  for (let i = 0; i < kinds.length; i++) {
    let number = numberOfKind.get(kinds[i]);
    if (number === undefined) {
      number = groupNumbers.of(nameOfKind(kinds[i], classOf));
      numberOfKind.set(kinds[i], number);
    }
    groupOf[i] = number;
  }
  const text = (id: number): string | undefined => names.text(id);
  return {
    by: 'class',
    groupOf,
    groups: groupNumbers.keys,
    ...byAddress(addresses),
    nameOf: (object) => (kindOf(kept[object]) === OBJECT_KIND.class ? `class ${classOf(numberOf(kept[object]))}` : undefined),
    edgeName(edge) {
      const slot = slots[edge];
      if (slot === SLOT.itsClass) return 'its class';
      if (slot === SLOT.loaded) return 'loaded class';
      const kind = kept[sourceOf(edge, firstEdge)];
      if (kindOf(kind) === OBJECT_KIND.objectArray) return `[${slot}]`;
      const of = classes.all[numberOf(kind)];
      return kindOf(kind) === OBJECT_KIND.class ? staticName(of.described?.referred?.[slot], text) : text(classes.layoutSoFar(of).names[slot]);
    },
    rootName: (root) => JAVA_ROOTS[roots.kinds[root]],
  };
}

/** Returns the name that a reference of a class has. @param name its own, or the text id of a static field */
function staticName(name: string | number | undefined, text: (id: number) => string | undefined): string | undefined {
  return typeof name === 'number' ? text(name) : name;
}

/** Returns the object that the edge belongs to: the last one that begins at or before it and has edges. */
function sourceOf(edge: number, firstEdge: Uint32Array): number {
  let [low, high] = [0, firstEdge.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (firstEdge[middle] <= edge) low = middle + 1;
    else high = middle;
  }
  return firstEdge[low] <= edge ? low : low - 1;
}

/** Returns the name of the class number `number` in the form of Java programs, or its id if the file has no name. */
export function classNameOf({ classes, names }: RecordReader, number: number): string {
  const { id } = classes.all[number];
  return readableName(names.ofClass(id) ?? `class ${hexId(id)}`);
}

/** Returns the class of objects of a kind. Classes are instances of java.lang.Class. */
export function nameOfKind(kind: number, ofClass: (number: number) => string): string {
  switch (kindOf(kind)) {
    case OBJECT_KIND.class: return 'java.lang.Class';
    case OBJECT_KIND.primitiveArray: return primitiveArrayName(numberOf(kind));
    default: return ofClass(numberOf(kind));
  }
}
