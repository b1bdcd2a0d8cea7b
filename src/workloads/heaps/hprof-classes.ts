/** The classes of a Java heap dump: their superclasses, their fields, and where instances hold references. */
import type { HprofCursor } from './hprof-cursor.ts';
import { PRIMITIVES, REFERENCE } from './hprof-format.ts';

/** Bytes of an instance's fields, at most: 65,535 of eight bytes are half of it. */
export const MOST_FIELD_BYTES = 1 << 20;
/** Real programs have some ten. */
const MOST_SUPERCLASSES = 1000;

export interface JavaClass {
  /** Position in the table. */
  readonly number: number;
  readonly id: number;
  /** What the file says of the class; undefined of one that only instances or subclasses mention. */
  described: ClassDescription | undefined;
  /** Whether the JVM never unloads the class. */
  isSystem: boolean;
  /** Of instances whose fields are all known. */
  layout: InstanceLayout | undefined;
}

export interface ClassDescription {
  /** Ids; 0 for none. */
  readonly superclass: number;
  readonly loader: number;
  /** As the file says. HotSpot counts fields alone, and references in bytes of an id; Android counts the whole object. */
  readonly instanceBytes: number;
  /** Types of the class's own fields, in the file's order. */
  readonly fields: Uint8Array;
  /** How many static fields of each number of bytes there are; references apart. */
  readonly statics: FieldCounts;
}

/** Fields by their bytes. */
export interface FieldCounts {
  references: number;
  longs: number;
  ints: number;
  shorts: number;
  bytes: number;
}

/** Where an instance's fields are in the bytes of its subrecord: its class's own first, then its superclass's. */
export interface InstanceLayout {
  readonly fieldBytes: number;
  /** Offsets of references. */
  readonly references: Uint32Array;
}

export class ClassTable {
  readonly all: JavaClass[] = [];
  private readonly byId = new Map<number, JavaClass>();
  private readonly cursor: HprofCursor;

  constructor(cursor: HprofCursor) {
    this.cursor = cursor;
  }

  /** The class with this id, described or not. */
  get(id: number): JavaClass {
    const known = this.byId.get(id);
    if (known !== undefined) return known;
    const added: JavaClass = { number: this.all.length, id, described: undefined, isSystem: false, layout: undefined };
    this.all.push(added);
    this.byId.set(id, added);
    return added;
  }

  /** The class with this id, or undefined if nothing has mentioned it. */
  find(id: number): JavaClass | undefined {
    return this.byId.get(id);
  }

  /** Undefined for java.lang.Object, and as long as the class is not described. */
  superclass({ described }: JavaClass): JavaClass | undefined {
    return described === undefined || described.superclass === 0 ? undefined : this.get(described.superclass);
  }

  /** Where instances of `of` hold references; undefined as long as the class or a superclass is not described. */
  layoutOf(of: JavaClass): InstanceLayout | undefined {
    if (of.layout === undefined && this.isComplete(of)) of.layout = this.layoutSoFar(of);
    return of.layout;
  }

  /** The same of as much as is known: the fields of the class come first. */
  layoutSoFar(of: JavaClass): InstanceLayout {
    const references: number[] = [];
    let fieldBytes = 0;
    for (const { described } of this.chain(of)) {
      for (const type of described?.fields ?? []) {
        if (type === REFERENCE) references.push(fieldBytes);
        fieldBytes += this.valueBytes(type);
      }
      if (fieldBytes > MOST_FIELD_BYTES) this.cursor.reject(`the class ${hexId(of.id)} has more than ${MOST_FIELD_BYTES} bytes of fields`);
    }
    return { fieldBytes, references: Uint32Array.from(references) };
  }

  /** The class, its superclass, and so on. */
  *chain(of: JavaClass): Generator<JavaClass> {
    let steps = 0;
    for (let one: JavaClass | undefined = of; one !== undefined; one = this.superclass(one)) {
      if (steps++ > MOST_SUPERCLASSES) {
        this.cursor.reject(`the class ${hexId(of.id)} has more than ${MOST_SUPERCLASSES} superclasses, or is one of its own`);
      }
      yield one;
    }
  }

  /** Bytes of a value in the file. */
  valueBytes(type: number): number {
    if (type === REFERENCE) return this.cursor.idBytes;
    return PRIMITIVES.get(type)?.bytes ?? this.cursor.fail(`there is no value of type ${type}`);
  }

  private isComplete(of: JavaClass): boolean {
    for (const { described } of this.chain(of)) if (described === undefined) return false;
    return true;
  }
}

export function hexId(id: number): string {
  return `0x${id.toString(16)}`;
}
