/**
 * Sizes of the objects in a Java heap. A file holds their fields, with references as wide as ids, but no
 * headers, no padding, and no fields that the JVM adds. Ids are addresses, so the distances between
 * objects show the sizes:
 *
 * 1. Choose the layout, of all layouts of JVMs, with which most objects end where the next begins.
 *    (Eclipse MAT uses a simpler rule: references are compressed if two arrays overlap otherwise.)
 * 2. An instance is its header and its fields, without gaps. An array is the header, its length and
 *    its elements. Round all sizes up to the alignment of the addresses.
 * 3. Enlarge the instances of a class that are all farther from the next object; see hprof-excess.ts.
 * 4. A class is an instance of java.lang.Class, followed by its static fields.
 *
 * The resulting bytes of each class are those of `jmap -histo`. If ids are no addresses, only steps 2
 * and 4 apply, with the default layout of JVMs.
 */
import type { ClassTable, FieldCounts, JavaClass } from './hprof-classes.ts';
import { excessOf } from './hprof-excess.ts';
import { PRIMITIVES, REFERENCE } from './hprof-format.ts';
import type { HprofNames } from './hprof-names.ts';
import { OBJECT_KIND, kindOf, numberOf, type SortedObjects } from './hprof-objects.ts';

/** Bytes of an object's header and of a reference in it. */
export interface ObjectLayout {
  readonly header: number;
  readonly reference: number;
}

/** By bytes of an id: the possible layouts, the default one first. */
const LAYOUTS: Readonly<Record<number, readonly ObjectLayout[]>> = {
  8: [
    { header: 12, reference: 4 },
    { header: 16, reference: 8 }, // nothing compressed
    { header: 12, reference: 8 }, // class pointers compressed
    { header: 16, reference: 4 }, // references compressed
    { header: 8, reference: 4 }, // compact headers, JDK 24 and later
    { header: 8, reference: 8 },
  ],
  4: [{ header: 8, reference: 4 }],
};
const LENGTH_BYTES = 4;
const LEAST_ALIGNMENT = 8;
const MOST_ALIGNMENT = 256;
/** Number of objects in the sample that decides the layout. */
const SAMPLE = 1 << 20;

export interface JavaSizes {
  readonly layout: ObjectLayout;
  /** Bytes to which sizes are rounded up. */
  readonly alignment: number;
  /** Whether ids are addresses that confirm the sizes. */
  readonly areAddresses: boolean;
  /** Returns the bytes of an object by its kind and its length. */
  of(kind: number, length: number): number;
}

/** Determines the sizes of the objects. O(objects); takes no memory for each object. */
export function sizesOf(objects: SortedObjects, classes: ClassTable, names: HprofNames, idBytes: number): JavaSizes {
  const alignment = alignmentOf(objects.starts);
  const named = (name: string): JavaClass | undefined => classes.all.find(({ id }) => names.ofClass(id)?.replaceAll('.', '/') === name);
  const classClass = named('java/lang/Class');
  // Android states the bytes of whole objects: java.lang.Object, which has no fields, then has more than 0.
  const saysSizes = (named('java/lang/Object')?.described?.instanceBytes ?? 0) > 0;
  const tables = LAYOUTS[idBytes].map((layout) => new SizeTable(layout, alignment, classes, classClass, saysSizes));
  const scores = tables.map((table) => scoreOf(table, objects));
  const best = scores.reduce((winner, score, i) => (score.exact > scores[winner].exact ? i : winner), 0);
  const table = tables[best];
  const areAddresses = scores[best].exact > scores[best].overlapping;
  if (areAddresses && !saysSizes) table.enlarge(excessOf(objects, table, classes, names));
  return { layout: table.layout, alignment, areAddresses, of: (kind, length) => table.of(kind, length) };
}

/** The sizes of objects with one layout. */
export class SizeTable {
  readonly layout: ObjectLayout;
  private readonly alignment: number;
  private readonly classes: ClassTable;
  private readonly classClass: JavaClass | undefined;
  /** By class: bytes of an instance. */
  private readonly ofInstances: Float64Array;
  /** By class: bytes of the class itself. */
  private readonly ofClasses: Float64Array;

  /** @param saysSizes whether the file states the bytes of whole instances */
  constructor(layout: ObjectLayout, alignment: number, classes: ClassTable, classClass: JavaClass | undefined, saysSizes: boolean) {
    this.layout = layout;
    this.alignment = alignment;
    this.classes = classes;
    this.classClass = classClass;
    const fields = fieldBytes(classes, layout.reference);
    this.ofInstances = Float64Array.from(classes.all, ({ number, described }) => {
      const said = saysSizes ? described?.instanceBytes ?? 0 : 0;
      return this.roundUp(Math.max(said, layout.header + fields[number]));
    });
    this.ofClasses = new Float64Array(classes.all.length);
    this.measureClasses();
  }

  /** Returns the bytes of an object. */
  of(kind: number, length: number): number {
    const number = numberOf(kind);
    switch (kindOf(kind)) {
      case OBJECT_KIND.class: return this.ofClasses[number];
      case OBJECT_KIND.instance: return this.ofInstances[number];
      case OBJECT_KIND.objectArray: return this.array(this.layout.reference, length);
      default: return this.array(PRIMITIVES.get(number)?.bytes ?? 1, length);
    }
  }

  /** Enlarges the instances of each class. @param more by class: bytes to add */
  enlarge(more: Float64Array): void {
    for (let i = 0; i < more.length; i++) this.ofInstances[i] += more[i];
    this.measureClasses();
  }

  private array(elementBytes: number, length: number): number {
    const { header } = this.layout;
    // After a header of 16 bytes, HotSpot aligns the elements to 8 bytes.
    const base = header === 16 ? 24 : roundUp(header + LENGTH_BYTES, elementBytes);
    return this.roundUp(base + elementBytes * length);
  }

  private measureClasses(): void {
    const { classClass, layout } = this;
    const bare = classClass === undefined ? layout.header : this.ofInstances[classClass.number];
    for (const { number, described } of this.classes.all) {
      this.ofClasses[number] = this.roundUp(bare + (described === undefined ? 0 : staticBytes(described.statics, layout.reference)));
    }
  }

  private roundUp(bytes: number): number {
    return roundUp(bytes, this.alignment);
  }
}

/** Returns the bytes of static fields. HotSpot puts references first, then the others by size, and fills no gap. */
function staticBytes({ references, longs, ints, shorts, bytes }: FieldCounts, referenceBytes: number): number {
  const first = references * referenceBytes;
  return (longs === 0 ? first : roundUp(first, 8) + 8 * longs) + 4 * ints + 2 * shorts + bytes;
}

/** Returns, by class, the bytes of all fields of an instance, without gaps. */
function fieldBytes(classes: ClassTable, referenceBytes: number): Float64Array {
  const own = Float64Array.from(classes.all, ({ described }) => {
    let bytes = 0;
    for (const type of described?.fields ?? []) bytes += type === REFERENCE ? referenceBytes : classes.valueBytes(type);
    return bytes;
  });
  return Float64Array.from(classes.all, (of) => {
    let bytes = 0;
    for (const { number } of classes.chain(of)) bytes += own[number];
    return bytes;
  });
}

/** Counts the objects of a sample that end where the next begins, and those that overlap it. */
function scoreOf(table: SizeTable, { starts, kinds, lengths }: SortedObjects): { readonly exact: number; readonly overlapping: number } {
  const step = Math.max(1, Math.floor(starts.length / SAMPLE));
  let exact = 0;
  let overlapping = 0;
  for (let i = 0; i + 1 < starts.length; i += step) {
    const free = starts[i + 1] - starts[i] - table.of(kinds[i], lengths[i]);
    if (free === 0) exact++;
    else if (free < 0) overlapping++;
  }
  return { exact, overlapping };
}

/** Returns the alignment: the greatest common divisor of all distances, if it is a plausible power of two. */
function alignmentOf(starts: Float64Array): number {
  let divisor = 0;
  for (let i = 1; i < starts.length && (divisor === 0 || divisor > LEAST_ALIGNMENT); i++) divisor = greatestDivisor(divisor, starts[i] - starts[i - 1]);
  const isPossible = divisor >= LEAST_ALIGNMENT && divisor <= MOST_ALIGNMENT && Number.isInteger(Math.log2(divisor));
  return isPossible ? divisor : LEAST_ALIGNMENT;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

export function roundUp(bytes: number, to: number): number {
  return Math.ceil(bytes / to) * to;
}
