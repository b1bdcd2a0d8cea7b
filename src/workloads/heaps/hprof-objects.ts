/** The objects of a Java heap dump in the order in which they are read, and their references. */
import { PointerList } from './go-dump-pointers.ts';
import { GrowableUint32 } from './growable.ts';

/** Kinds of objects. The kind decides the meaning of the object's number. */
export const OBJECT_KIND = {
  /** A class. Number: its own in the class table. */
  class: 0,
  /** An instance or an array of references. Number: that of its class. */
  instance: 1, objectArray: 2,
  /** An array of primitive values. Number: the type of the values. */
  primitiveArray: 3,
} as const;

const KIND_BITS = 2;

/**
 * For labels, each reference has a slot: the position of its field among the references of an instance or a class, or of
 * its element in an array. These slots belong to edges that no field holds.
 */
export const SLOT = { itsClass: 2 ** 32 - 1, loaded: 2 ** 32 - 2 } as const;

export class ObjectTable {
  readonly ids = new PointerList();
  /** By object: kind and number; see kindOf and numberOf. */
  readonly kinds = new GrowableUint32();
  /** By object: elements of an array. */
  readonly lengths = new GrowableUint32();
  /** References that are not null, in the order of objects. */
  readonly references = new PointerList();
  /** By object: the end of its references in `references`. */
  readonly referenceEnds = new GrowableUint32();
  /** By reference: its slot, if labels are kept. */
  readonly slots: GrowableUint32 | undefined;

  constructor(labels: boolean) {
    this.slots = labels ? new GrowableUint32() : undefined;
  }

  /** Adds an object, which owns all references added since the last object. The id is given by halves. */
  add(low: number, high: number, kind: number, number: number, length = 0): void {
    this.ids.push(low, high);
    this.kinds.push((number << KIND_BITS) | kind);
    this.lengths.push(length);
    this.referenceEnds.push(this.references.length);
  }

  /** Adds a reference of the next object, unless it is null. */
  refer(low: number, high: number, slot: number): void {
    if ((low | high) === 0) return;
    this.references.push(low, high);
    this.slots?.push(slot);
  }

  /** Does the same for an id that was read as a number. */
  referTo(id: number, slot: number): void {
    this.refer(id % 2 ** 32, Math.floor(id / 2 ** 32), slot);
  }
}

export function kindOf(entry: number): number {
  return entry & 3;
}

export function numberOf(entry: number): number {
  return entry >>> KIND_BITS;
}

/** The objects in increasing order of ids. */
export interface SortedObjects {
  /** Ids. */
  readonly starts: Float64Array;
  /** Kind and number, see `kindOf` and `numberOf`. */
  readonly kinds: Uint32Array;
  /** Elements of arrays. */
  readonly lengths: Uint32Array;
}
