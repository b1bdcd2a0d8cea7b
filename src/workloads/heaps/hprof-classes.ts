/** The classes of a Java heap dump: superclasses, fields, and the references of instances. */
import type { HprofCursor } from './hprof-cursor.ts';
import { PRIMITIVES, REFERENCE } from './hprof-format.ts';

/** Limit for the bytes of an instance's fields. 65,535 fields of eight bytes take half of it. */
export const MOST_FIELD_BYTES = 1 << 20;
/** Limit for the length of a chain of superclasses. Real programs have about ten. */
const MOST_SUPERCLASSES = 1000;

export interface JavaClass {
  /** Position in the table. */
  readonly number: number;
  readonly id: number;
  /** Description in the file; undefined if only instances or subclasses mention the class. */
  described: ClassDescription | undefined;
  /** Whether the JVM never unloads the class. */
  isSystem: boolean;
  /** Layout of instances, once all fields are known. */
  layout: InstanceLayout | undefined;
}

export interface ClassDescription {
  /** Id of the superclass; 0 for none. */
  readonly superclass: number;
  /** Id of the loader; 0 for none. */
  readonly loader: number;
  /** Bytes of an instance as stated in the file. HotSpot counts only fields, with references as wide as ids; Android counts the whole object. */
  readonly instanceBytes: number;
  /** Types of the class's own fields, in the file's order. */
  readonly fields: Uint8Array;
  /** By own field: the text id of its name. */
  readonly fieldNames: Float64Array;
  /** Number of static fields, by width. */
  readonly statics: FieldCounts;
  /** For labels: the name of each reference of the class itself, or its text id. */
  readonly referred: readonly (string | number)[] | undefined;
}

/** Numbers of fields by width: references, and values of 8, 4, 2 and 1 bytes. */
export interface FieldCounts {
  references: number;
  longs: number;
  ints: number;
  shorts: number;
  bytes: number;
}

/** Layout of the fields in the subrecord of an instance: those of its class first, then those of the superclass. */
export interface InstanceLayout {
  readonly fieldBytes: number;
  /** Byte offsets of the references. */
  readonly references: Uint32Array;
  /** By reference: the text id of its name. */
  readonly names: Float64Array;
}

export class ClassTable {
  readonly all: JavaClass[] = [];
  private readonly byId = new Map<number, JavaClass>();
  private readonly cursor: HprofCursor;

  constructor(cursor: HprofCursor) {
    this.cursor = cursor;
  }

  /** Returns the class with this id, and adds it if it is unknown. */
  get(id: number): JavaClass {
    const known = this.byId.get(id);
    if (known !== undefined) return known;
    const added: JavaClass = { number: this.all.length, id, described: undefined, isSystem: false, layout: undefined };
    this.all.push(added);
    this.byId.set(id, added);
    return added;
  }

  /** Returns the class with this id, or undefined if it is unknown. */
  find(id: number): JavaClass | undefined {
    return this.byId.get(id);
  }

  /** Returns the superclass; undefined for java.lang.Object and for a class that is not described. */
  superclass({ described }: JavaClass): JavaClass | undefined {
    return described === undefined || described.superclass === 0 ? undefined : this.get(described.superclass);
  }

  /** Returns the layout of instances of `of`; undefined until the class and all superclasses are described. */
  layoutOf(of: JavaClass): InstanceLayout | undefined {
    if (of.layout === undefined && this.isComplete(of)) of.layout = this.layoutSoFar(of);
    return of.layout;
  }

  /** Returns the layout as far as it is known. The fields of the class come first. */
  layoutSoFar(of: JavaClass): InstanceLayout {
    const references: number[] = [];
    const names: number[] = [];
    let fieldBytes = 0;
    for (const { described } of this.chain(of)) {
      described?.fields.forEach((type, i) => {
        if (type === REFERENCE) {
          references.push(fieldBytes);
          names.push(described.fieldNames[i]);
        }
        fieldBytes += this.valueBytes(type);
      });
      if (fieldBytes > MOST_FIELD_BYTES) this.cursor.reject(`the class ${hexId(of.id)} has more than ${MOST_FIELD_BYTES} bytes of fields`);
    }
    return { fieldBytes, references: Uint32Array.from(references), names: Float64Array.from(names) };
  }

  /** Yields the class, its superclass, and so on. */
  *chain(of: JavaClass): Generator<JavaClass> {
    let steps = 0;
    for (let one: JavaClass | undefined = of; one !== undefined; one = this.superclass(one)) {
      if (steps++ > MOST_SUPERCLASSES) {
        this.cursor.reject(`the class ${hexId(of.id)} has more than ${MOST_SUPERCLASSES} superclasses, or is one of its own`);
      }
      yield one;
    }
  }

  /** Returns the bytes of a value in the file. @throws HeapFormatError for an unknown type */
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
