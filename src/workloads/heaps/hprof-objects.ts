/** The objects of a Java heap dump in the order in which they become known, and the references in them. */
import { PointerList } from './go-dump-pointers.ts';
import { GrowableUint32 } from './growable.ts';

/** What an object is, and thereby what its number is of. */
export const KIND = {
  /** A class: its number in the table. */
  class: 0,
  /** An instance, an array of references: their class's number. */
  instance: 1, objectArray: 2,
  /** An array of primitive values: their type. */
  primitiveArray: 3,
} as const;

const KIND_BITS = 2;

export class ObjectTable {
  readonly ids = new PointerList();
  /** Kind and number of each object; see kindOf and numberOf. */
  readonly kinds = new GrowableUint32();
  /** Elements of an array. */
  readonly lengths = new GrowableUint32();
  /** References that are not null, by objects. */
  readonly references = new PointerList();
  /** The end of each object's references. */
  readonly referenceEnds = new GrowableUint32();

  /** Adds the object that all references since the last one belong to; its id comes in halves. */
  add(low: number, high: number, kind: number, number: number, length = 0): void {
    this.ids.push(low, high);
    this.kinds.push((number << KIND_BITS) | kind);
    this.lengths.push(length);
    this.referenceEnds.push(this.references.length);
  }

  /** Adds a reference of the object to come. */
  refer(low: number, high: number): void {
    if ((low | high) !== 0) this.references.push(low, high);
  }

  /** The same, of an id that was read as a number. */
  referTo(id: number): void {
    this.references.pushAddress(id);
  }
}

export function kindOf(entry: number): number {
  return entry & 3;
}

export function numberOf(entry: number): number {
  return entry >>> KIND_BITS;
}

/** The objects by increasing ids. */
export interface SortedObjects {
  /** Ids. */
  readonly starts: Float64Array;
  /** What each one is. */
  readonly kinds: Uint32Array;
  /** Elements of arrays. */
  readonly lengths: Uint32Array;
}
