/**
 * Reads the subrecords of a heap dump, one at a time: roots, classes, instances and arrays. A subrecord
 * is read completely before any part of it is kept, because the reading may begin again; see
 * record-cursor.ts. The elements of arrays, which may take gigabytes, are the exception: references
 * are kept as they arrive, primitive values are skipped.
 */
import { MOST_FIELD_BYTES, hexId, type ClassDescription, type ClassTable, type FieldCounts, type InstanceLayout, type JavaClass } from './hprof-classes.ts';
import { wordAt, type HprofCursor } from './hprof-cursor.ts';
import { PRIMITIVES, REFERENCE, ROOTS, SUBRECORD, type JavaRoot, type RootShape } from './hprof-format.ts';
import { LateInstances } from './hprof-late.ts';
import type { HprofNames } from './hprof-names.ts';
import { OBJECT_KIND, ObjectTable } from './hprof-objects.ts';
import { PointerList } from './go-dump-pointers.ts';
import { GrowableUint32 } from './growable.ts';

/** Numbers are exact below it. Only AIX has its heap above. */
const MAX_ID = 2 ** 53;
/** First character of the static fields that HotSpot adds to a class: `<resolved_references>`, `<init_lock>`. */
const ADDED_BY_VM = '<';

export class SubrecordReader {
  readonly objects: ObjectTable;
  readonly roots = new PointerList();
  /** By root: its kind, as an index in `rootKinds`. */
  readonly kindOfRoot = new GrowableUint32();
  readonly rootKinds: JavaRoot[] = [];
  /** Number of instances whose bytes differ from those of the fields of the class. */
  oddInstances = 0;
  /** Number of instances whose class, or a superclass of it, is not in the file. */
  classless = 0;

  private readonly cursor: HprofCursor;
  private readonly classes: ClassTable;
  private readonly names: HprofNames;
  private readonly late = new LateInstances();
  /** The array of references whose elements are read next. */
  private array = { id: 0, classNumber: 0, length: 0 };
  private elementsLeft = 0;

  /** @param labels whether to keep the slots of references */
  constructor(cursor: HprofCursor, classes: ClassTable, names: HprofNames, labels: boolean) {
    this.objects = new ObjectTable(labels);
    this.cursor = cursor;
    this.classes = classes;
    this.names = names;
  }

  /** Whether elements of an array are left. */
  get isInArray(): boolean {
    return this.elementsLeft > 0;
  }

  /** Reads a subrecord. May leave the elements of an array to `elements`. */
  next(): void {
    const { cursor } = this;
    cursor.part = 'the beginning of a subrecord';
    const tag = cursor.u1();
    const root = ROOTS.get(tag);
    if (root !== undefined) return this.root(root);
    switch (tag) {
      case SUBRECORD.classDump: return this.classDump();
      case SUBRECORD.instance: return this.instance();
      case SUBRECORD.objectArray: return this.objectArray();
      case SUBRECORD.primitiveArray: return this.primitiveArray(true);
      case SUBRECORD.emptyPrimitiveArray: return this.primitiveArray(false);
      case SUBRECORD.unreachable: return cursor.pass(cursor.idBytes);
      case SUBRECORD.heapInfo: return cursor.pass(4 + cursor.idBytes);
    }
    cursor.fail(`there is no subrecord of kind 0x${tag.toString(16)}`);
  }

  /** Reads the elements in the buffer of an array of references, at least one. */
  elements(): void {
    const { cursor } = this;
    const { idBytes } = cursor;
    cursor.part = 'the elements of an array';
    cursor.need(idBytes);
    const count = Math.min(this.elementsLeft, Math.floor((cursor.end - cursor.pos) / idBytes));
    this.readReferences(cursor.buf, cursor.pos, count);
    cursor.pos += count * idBytes;
    this.elementsLeft -= count;
    if (this.elementsLeft === 0) this.add(this.array.id, OBJECT_KIND.objectArray, this.array.classNumber, this.array.length);
  }

  /** Reads the instances that precede their classes, once all subrecords are read. */
  finish(): void {
    for (const { id, classNumber, fields } of this.late.take()) {
      const of = this.classes.all[classNumber];
      const layout = this.classes.layoutOf(of);
      if (layout !== undefined) {
        this.keepInstance(id, of, layout, fields, 0, fields.length);
        continue;
      }
      this.classless++;
      this.keepReferences(this.classes.layoutSoFar(of), fields, 0, fields.length);
      this.add(id, OBJECT_KIND.instance, of.number);
    }
  }

  private root({ kind, more }: RootShape): void {
    const { cursor } = this;
    cursor.part = 'a root';
    const id = cursor.id();
    cursor.pass(more === 'id' ? cursor.idBytes : more);
    if (id === 0) return;
    if (kind === 'systemClass') this.classes.get(id).isSystem = true;
    this.roots.pushAddress(id);
    let position = this.rootKinds.indexOf(kind);
    if (position === -1) position = this.rootKinds.push(kind) - 1;
    this.kindOfRoot.push(position);
  }

  private classDump(): void {
    const { cursor, objects, classes } = this;
    cursor.part = 'a class';
    const id = this.objectId();
    cursor.pass(4); // the stack trace
    const superclass = cursor.id();
    const [loader, signers, domain] = [cursor.id(), cursor.id(), cursor.id()];
    cursor.pass(2 * cursor.idBytes);
    const instanceBytes = cursor.u4();
    const referred: References = { ids: [superclass, loader, signers, domain], names: ['superclass', 'loader', 'signers', 'protection domain'] };
    this.constants(referred);
    const statics = this.statics(referred);
    const { types: fields, names: fieldNames } = this.fields();
    const of = classes.get(id);
    const description: ClassDescription = { superclass, loader, instanceBytes, fields, fieldNames, statics, referred: objects.slots && referred.names };
    // If a class occurs twice, the first one counts, as for any object.
    of.described ??= description;
    if (superclass !== 0) classes.get(superclass);
    referred.ids.forEach((one, slot) => objects.referTo(one, slot));
    this.add(id, OBJECT_KIND.class, of.number);
  }

  private constants(referred: References): void {
    const { cursor } = this;
    for (let left = cursor.u2(); left > 0; left--) {
      cursor.pass(2);
      this.value(cursor.u1(), referred, 'constant');
    }
  }

  private statics(referred: References): FieldCounts {
    const { cursor, names } = this;
    const counts: FieldCounts = { references: 0, longs: 0, ints: 0, shorts: 0, bytes: 0 };
    for (let left = cursor.u2(); left > 0; left--) {
      const name = cursor.id();
      const type = cursor.u1();
      this.value(type, referred, name);
      if (names.text(name)?.startsWith(ADDED_BY_VM) !== true) countField(counts, type);
    }
    return counts;
  }

  private value(type: number, referred: References, name: string | number): void {
    if (type !== REFERENCE) return this.cursor.pass(this.classes.valueBytes(type));
    referred.ids.push(this.cursor.id());
    referred.names.push(name);
  }

  private fields(): { readonly types: Uint8Array; readonly names: Float64Array } {
    const { cursor, classes } = this;
    const types = new Uint8Array(cursor.u2());
    const names = new Float64Array(types.length);
    for (let i = 0; i < types.length; i++) {
      names[i] = cursor.id();
      types[i] = cursor.u1();
      classes.valueBytes(types[i]); // fails for an unknown type
    }
    return { types, names };
  }

  private instance(): void {
    const { cursor, classes } = this;
    cursor.part = 'an instance';
    const id = this.objectId();
    cursor.pass(4);
    const classId = cursor.id();
    const bytes = cursor.u4();
    if (bytes > MOST_FIELD_BYTES) cursor.fail(`the fields of an instance take ${bytes} bytes, more than ${MOST_FIELD_BYTES}`);
    cursor.pass(bytes);
    const of = classes.get(classId);
    const layout = of.layout ?? classes.layoutOf(of);
    const start = cursor.pos - bytes;
    if (layout === undefined) this.late.add(id, of.number, cursor.buf.subarray(start, cursor.pos));
    else this.keepInstance(id, of, layout, cursor.buf, start, bytes);
  }

  private keepInstance(id: number, of: JavaClass, layout: InstanceLayout, buf: Uint8Array, start: number, bytes: number): void {
    if (layout.fieldBytes !== bytes) this.oddInstances++;
    this.keepReferences(layout, buf, start, bytes);
    this.add(id, OBJECT_KIND.instance, of.number);
  }

  private keepReferences({ references }: InstanceLayout, buf: Uint8Array, start: number, bytes: number): void {
    const { objects, cursor } = this;
    const { idBytes } = cursor;
    for (let slot = 0; slot < references.length; slot++) {
      if (references[slot] + idBytes > bytes) break;
      const at = start + references[slot];
      if (idBytes === 4) objects.refer(wordAt(buf, at), 0, slot);
      else objects.refer(wordAt(buf, at + 4), wordAt(buf, at), slot);
    }
  }

  private objectArray(): void {
    const { cursor } = this;
    cursor.part = 'an array of references';
    const id = this.objectId();
    cursor.pass(4);
    const length = cursor.u4();
    const classNumber = this.classes.get(cursor.id()).number;
    this.array = { id, classNumber, length };
    this.elementsLeft = length;
    if (length === 0) this.add(id, OBJECT_KIND.objectArray, classNumber);
  }

  private primitiveArray(hasElements: boolean): void {
    const { cursor } = this;
    cursor.part = 'an array of primitive values';
    const id = this.objectId();
    cursor.pass(4);
    const length = cursor.u4();
    const type = cursor.u1();
    const shape = PRIMITIVES.get(type);
    if (shape === undefined) return cursor.fail(`there is no array of type ${type}`);
    if (hasElements) cursor.skip(length * shape.bytes);
    this.add(id, OBJECT_KIND.primitiveArray, type, length);
  }

  private readReferences(buf: Uint8Array, start: number, count: number): void {
    const { objects, cursor } = this;
    let at = start;
    const first = this.array.length - this.elementsLeft;
    if (cursor.idBytes === 4) for (let i = 0; i < count; i++, at += 4) objects.refer(wordAt(buf, at), 0, first + i);
    else for (let i = 0; i < count; i++, at += 8) objects.refer(wordAt(buf, at + 4), wordAt(buf, at), first + i);
  }

  private objectId(): number {
    const id = this.cursor.id();
    if (id === 0) this.cursor.fail('an object has the id 0');
    if (id >= MAX_ID) this.cursor.fail(`an object has the id ${hexId(id)}, and only ids below 2^53 can be read`);
    return id;
  }

  private add(id: number, kind: number, number: number, length = 0): void {
    this.objects.add(id % 2 ** 32, Math.floor(id / 2 ** 32), kind, number, length);
  }
}

/** References of a class, each with its name or the text id of its name. */
interface References {
  readonly ids: number[];
  readonly names: (string | number)[];
}

function countField(counts: FieldCounts, type: number): void {
  if (type === REFERENCE) counts.references++;
  else if (PRIMITIVES.get(type)?.bytes === 8) counts.longs++;
  else if (PRIMITIVES.get(type)?.bytes === 4) counts.ints++;
  else if (PRIMITIVES.get(type)?.bytes === 2) counts.shorts++;
  else counts.bytes++;
}
