/** Writes Java heap dumps, sound ones and others: a header, records, and subrecords in a heap dump or in segments. */

/** Types of values. */
export const TYPE = { object: 2, boolean: 4, char: 5, float: 6, double: 7, byte: 8, short: 9, int: 10, long: 11 } as const;
export type TypeName = keyof typeof TYPE;

const PRIMITIVE_BYTES: Readonly<Record<Exclude<TypeName, 'object'>, number>> = { boolean: 1, char: 2, float: 4, double: 8, byte: 1, short: 2, int: 4, long: 8 };

export interface ClassFields {
  readonly superclass?: number;
  readonly loader?: number;
  readonly signers?: number;
  readonly domain?: number;
  readonly instanceBytes?: number;
  /** Types and values. */
  readonly constants?: readonly (readonly [TypeName, number])[];
  /** Ids of names, types and values. */
  readonly statics?: readonly (readonly [name: number, TypeName, value: number])[];
  /** Types, or types with the ids of names. */
  readonly fields?: readonly (TypeName | readonly [TypeName, name: number])[];
}

export class HprofWriter {
  readonly idBytes: number;
  private readonly pieces: Buffer[] = [];
  /** Subrecords since the last record. */
  private body: Buffer[] = [];

  constructor(version = '1.0.2', idBytes = 8) {
    this.idBytes = idBytes;
    this.pieces.push(Buffer.from(`JAVA PROFILE ${version}\0`), number(idBytes, 4), number(0, 8));
  }

  /** The file as far as it has come; subrecords that no record holds are left out. */
  get bytes(): Buffer {
    return Buffer.concat(this.pieces);
  }

  /** A record; `length` is what it says of itself. */
  record(tag: number, body: Uint8Array, length = body.length): this {
    this.pieces.push(number(tag, 1), number(0, 4), number(length % 2 ** 32, 4), Buffer.from(body));
    return this;
  }

  text(id: number, text: string): this {
    return this.record(0x01, Buffer.concat([this.id(id), Buffer.from(text)]));
  }

  loadClass(classId: number, textId: number): this {
    return this.record(0x02, Buffer.concat([number(1, 4), this.id(classId), number(0, 4), this.id(textId)]));
  }

  /** Both of them: a text whose id is `textId`, and the class that it names. */
  named(classId: number, name: string, textId = classId + 1): this {
    return this.text(textId, name).loadClass(classId, textId);
  }

  /** Closes the subrecords so far into a heap dump of one record. */
  heapDump(length?: number): this {
    return this.record(0x0c, this.take(), length);
  }

  segment(length?: number): this {
    return this.record(0x1c, this.take(), length);
  }

  /** A segment and the end record, all that is left to do in a file of 1.0.2. */
  end(): this {
    return this.segment().record(0x2c, Buffer.alloc(0));
  }

  root(tag: number, id: number, more = 0): this {
    return this.sub(tag, this.id(id), Buffer.alloc(more));
  }

  classDump(id: number, fields: ClassFields = {}): this {
    const { superclass = 0, loader = 0, signers = 0, domain = 0, instanceBytes = 0, constants = [], statics = [], fields: types = [] } = fields;
    return this.sub(
      0x20, this.id(id), number(1, 4), ...[superclass, loader, signers, domain, 0, 0].map((one) => this.id(one)), number(instanceBytes, 4),
      number(constants.length, 2), ...constants.flatMap(([type, value], i) => [number(i, 2), number(TYPE[type], 1), this.value(type, value)]),
      number(statics.length, 2), ...statics.flatMap(([name, type, value]) => [this.id(name), number(TYPE[type], 1), this.value(type, value)]),
      number(types.length, 2), Buffer.concat(types.flatMap((field) => (typeof field === 'string' ? [this.id(0), number(TYPE[field], 1)] : [this.id(field[1]), number(TYPE[field[0]], 1)]))),
    );
  }

  /** `fields` are types and values: the class's own, then its superclass's. */
  instance(id: number, classId: number, fields: readonly (readonly [TypeName, number])[] = []): this {
    const values = Buffer.concat(fields.map(([type, value]) => this.value(type, value)));
    return this.sub(0x21, this.id(id), number(1, 4), this.id(classId), number(values.length, 4), values);
  }

  objectArray(id: number, classId: number, elements: readonly number[]): this {
    return this.sub(0x22, this.id(id), number(1, 4), number(elements.length, 4), this.id(classId), Buffer.concat(elements.map((one) => this.id(one))));
  }

  primitiveArray(id: number, type: Exclude<TypeName, 'object'>, length: number): this {
    return this.sub(0x23, this.id(id), number(1, 4), number(length, 4), number(TYPE[type], 1), Buffer.alloc(length * PRIMITIVE_BYTES[type], 0x21));
  }

  /** A subrecord of any kind. */
  sub(tag: number, ...parts: readonly Buffer[]): this {
    this.body.push(number(tag, 1), ...parts);
    return this;
  }

  id(value: number): Buffer {
    return number(value, this.idBytes);
  }

  private value(type: TypeName, value: number): Buffer {
    return type === 'object' ? this.id(value) : number(value, PRIMITIVE_BYTES[type]);
  }

  private take(): Buffer {
    const body = Buffer.concat(this.body);
    this.body = [];
    return body;
  }
}

/** A whole number in so many bytes, the highest first. */
export function number(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, Math.max(0, bytes - 6), Math.min(6, bytes));
  return buffer;
}

export const ID = {
  object: 0x1000, string: 0x1100, node: 0x1200, derived: 0x1300, nodes: 0x1400, loader: 0x1500, class: 0x1600,
  first: 0x2000, second: 0x2040, array: 0x2080, bytes: 0x20c0, boot: 0x2100, thread: 0x2140,
} as const;

/**
 * The smallest heap with everything in it: classes with superclasses, statics, constants and a
 * loader; instances, both kinds of arrays, roots of several kinds, a reference to nothing.
 */
export function smallHeap(version = '1.0.2', idBytes = 8): HprofWriter {
  const w = new HprofWriter(version, idBytes);
  w.named(ID.object, 'java/lang/Object').named(ID.class, 'java/lang/Class').named(ID.node, 'app/Node').named(ID.derived, 'app/Derived');
  w.named(ID.nodes, '[Lapp/Node;').named(ID.loader, 'app/Loader').text(7, 'head').text(8, '<init_lock>').record(0x05, Buffer.alloc(12));
  w.classDump(ID.object).classDump(ID.class, { superclass: ID.object });
  w.classDump(ID.node, {
    superclass: ID.object, loader: ID.boot, constants: [['int', 5], ['object', ID.bytes]],
    statics: [[7, 'object', ID.first], [8, 'object', ID.bytes], [7, 'long', 1]], fields: ['object', 'int'],
  });
  w.classDump(ID.derived, { superclass: ID.node, loader: ID.boot, fields: ['byte', 'object'] });
  w.classDump(ID.nodes, { superclass: ID.object, loader: ID.boot }).classDump(ID.loader, { superclass: ID.object });
  w.instance(ID.first, ID.node, [['object', ID.second], ['int', 1]]);
  w.instance(ID.second, ID.derived, [['byte', 2], ['object', ID.array], ['object', ID.first], ['int', 3]]);
  w.objectArray(ID.array, ID.nodes, [ID.first, 0, ID.second, 0xdead0]).primitiveArray(ID.bytes, 'byte', 5);
  w.instance(ID.boot, ID.loader).instance(ID.thread, ID.object);
  w.root(0x05, ID.object).root(0x05, ID.class).root(0x05, ID.loader).root(0x08, ID.thread, 8).root(0x03, ID.first, 8).root(0x01, ID.first, idBytes).root(0xff, 0xdead0);
  return version === '1.0.1' ? w.heapDump() : w.end();
}
