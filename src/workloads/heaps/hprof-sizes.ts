/**
 * How large the objects of a Java heap were. A file has their fields, with references as wide as
 * ids, but neither the headers nor what the JVM adds and pads. What it has are addresses, for
 * these are the ids. So sizes are those that the addresses bear out:
 *
 * 1. Of all layouts that JVMs have had, the one counts with which most objects end where the next
 *    one begins. (Eclipse MAT has a simpler form of it: references are compressed if plain ones
 *    would make two arrays overlap.)
 * 2. An instance has the header and its fields, without any gaps; an array has the header, its
 *    length and its elements. All are rounded up to the alignment that the addresses have.
 * 3. A class's instances are larger if all of them lie farther apart (hprof-excess).
 * 4. A class is an instance of java.lang.Class with its static fields behind it.
 *
 * With that the bytes of each class are those of `jmap -histo`. Where ids are no addresses, only
 * step 2 and 4 are left, with the layout that JVMs have by default.
 */
import type { ClassTable, FieldCounts, JavaClass } from './hprof-classes.ts';
import { excessOf } from './hprof-excess.ts';
import { PRIMITIVES, REFERENCE } from './hprof-format.ts';
import type { HprofNames } from './hprof-names.ts';
import { KIND, kindOf, numberOf, type SortedObjects } from './hprof-objects.ts';

/** Bytes of an object's header and of a reference in it. */
export interface ObjectLayout {
  readonly header: number;
  readonly reference: number;
}

/** By bytes of an id, the usual one first. */
const LAYOUTS: Readonly<Record<number, readonly ObjectLayout[]>> = {
  8: [
    { header: 12, reference: 4 },
    { header: 16, reference: 8 }, // neither references nor class pointers are compressed
    { header: 12, reference: 8 }, // only class pointers are
    { header: 16, reference: 4 }, // only references are
    { header: 8, reference: 4 }, // compact headers, JDK 24 and later
    { header: 8, reference: 8 },
  ],
  4: [{ header: 8, reference: 4 }],
};
const LENGTH_BYTES = 4;
const LEAST_ALIGNMENT = 8;
const MOST_ALIGNMENT = 256;
/** So many objects are looked at to tell layouts apart. */
const SAMPLE = 1 << 20;

export interface JavaSizes {
  readonly layout: ObjectLayout;
  /** Bytes to which sizes are rounded up. */
  readonly alignment: number;
  /** Whether ids are addresses, by which sizes were checked. */
  readonly areAddresses: boolean;
  /** The bytes of an object, from its kind and its length. */
  of(kind: number, length: number): number;
}

/** Finds out how large the objects are. O(objects), without memory. */
export function sizesOf(objects: SortedObjects, classes: ClassTable, names: HprofNames, idBytes: number): JavaSizes {
  const alignment = alignmentOf(objects.starts);
  const named = (name: string): JavaClass | undefined => classes.all.find(({ id }) => names.ofClass(id)?.replaceAll('.', '/') === name);
  const classClass = named('java/lang/Class');
  // Android writes the bytes of whole objects. Those of java.lang.Object, which has no fields, tell.
  const saysSizes = (named('java/lang/Object')?.described?.instanceBytes ?? 0) > 0;
  const tables = LAYOUTS[idBytes].map((layout) => new SizeTable(layout, alignment, classes, classClass, saysSizes));
  const scores = tables.map((table) => scoreOf(table, objects));
  const best = scores.reduce((winner, score, i) => (score.exact > scores[winner].exact ? i : winner), 0);
  const table = tables[best];
  const areAddresses = scores[best].exact > scores[best].overlapping;
  if (areAddresses && !saysSizes) table.enlarge(excessOf(objects, table, classes, names));
  return { layout: table.layout, alignment, areAddresses, of: (kind, length) => table.of(kind, length) };
}

/** Sizes with one layout. */
export class SizeTable {
  readonly layout: ObjectLayout;
  private readonly alignment: number;
  private readonly classes: ClassTable;
  private readonly classClass: JavaClass | undefined;
  /** By class: bytes of an instance, and of the class itself. */
  private readonly ofInstances: Float64Array;
  private readonly ofClasses: Float64Array;

  /** `saysSizes`: whether the file has the bytes of whole instances. */
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

  /** The bytes of an object. */
  of(kind: number, length: number): number {
    const number = numberOf(kind);
    switch (kindOf(kind)) {
      case KIND.class: return this.ofClasses[number];
      case KIND.instance: return this.ofInstances[number];
      case KIND.objectArray: return this.array(this.layout.reference, length);
      default: return this.array(PRIMITIVES.get(number)?.bytes ?? 1, length);
    }
  }

  /** Adds bytes to the instances of each class, by its number. */
  enlarge(more: Float64Array): void {
    for (let i = 0; i < more.length; i++) this.ofInstances[i] += more[i];
    this.measureClasses();
  }

  private array(elementBytes: number, length: number): number {
    const { header } = this.layout;
    // HotSpot begins the elements at a word's boundary behind a plain header.
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

/** HotSpot lays out static fields so: references, then the others by size, and no gap is filled. */
function staticBytes({ references, longs, ints, shorts, bytes }: FieldCounts, referenceBytes: number): number {
  const first = references * referenceBytes;
  return (longs === 0 ? first : roundUp(first, 8) + 8 * longs) + 4 * ints + 2 * shorts + bytes;
}

/** By class: bytes of all fields of an instance, without gaps. */
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

/** How many objects of a sample end where the next one begins, and how many reach into it. */
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

/** What all distances between addresses are multiples of, within bounds. */
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
