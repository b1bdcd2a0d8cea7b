/** Writes heap dumps like Go, record by record, in the formats 1.3 to 1.7. */

export type FieldKind = 'ptr' | 'string' | 'slice' | 'iface' | 'eface';
export type Field = readonly [kind: FieldKind, offset: number];
/** By offset: a word. The other words are 0. */
export type Words = Readonly<Record<number, number | bigint>>;

export interface WriterOptions {
  readonly bigEndian?: boolean;
  readonly ptrSize?: 4 | 8;
}

export const HEAP = 0xc000000000;
/** Address of the made-up types of format 1.3, one for each object. */
const TYPES = 0x500000;

export class DumpWriter {
  readonly minor: number;
  readonly ptrSize: 4 | 8;
  private readonly bigEndian: boolean;
  private readonly pieces: Buffer[] = [];
  private types = 0;

  constructor(minor: number, { bigEndian = false, ptrSize = 8 }: WriterOptions = {}) {
    this.minor = minor;
    this.bigEndian = bigEndian;
    this.ptrSize = ptrSize;
    this.raw(`go1.${minor} heap dump\n`);
  }

  get isTyped(): boolean {
    return this.minor === 3;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.pieces);
  }

  raw(bytes: string | Uint8Array): this {
    this.pieces.push(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : Buffer.from(bytes));
    return this;
  }

  u(...values: (number | bigint)[]): this {
    for (const value of values) {
      const out: number[] = [];
      let rest = BigInt(value);
      for (; rest >= 0x80n; rest >>= 7n) out.push(Number(rest & 0x7fn) | 0x80);
      this.raw(Uint8Array.of(...out, Number(rest)));
    }
    return this;
  }

  s(bytes: string | Uint8Array): this {
    return this.u(bytes.length).raw(bytes);
  }

  memory(size: number, words: Words): Buffer {
    const memory = Buffer.alloc(size);
    for (const [offset, value] of Object.entries(words)) {
      const wide = Buffer.alloc(8);
      if (this.bigEndian) wide.writeBigUInt64BE(BigInt(value));
      else wide.writeBigUInt64LE(BigInt(value));
      memory.set(this.bigEndian ? wide.subarray(8 - this.ptrSize) : wide.subarray(0, this.ptrSize), Number(offset));
    }
    return memory;
  }

  /** Writes a field list. In a format without interfaces, their data word becomes a pointer. */
  fields(fields: readonly Field[]): this {
    const kinds: Partial<Record<FieldKind, number>> =
      this.minor === 3 ? { ptr: 1, string: 2, slice: 3, iface: 4, eface: 5 } : this.minor === 4 ? { ptr: 1, iface: 2, eface: 3 } : { ptr: 1 };
    for (const [kind, offset] of fields) {
      const isInterface = kind === 'iface' || kind === 'eface';
      this.u(kinds[kind] ?? 1, kinds[kind] === undefined && isInterface ? offset + this.ptrSize : offset);
    }
    return this.u(0);
  }

  params(heapStart: number | bigint = HEAP, heapEnd: number | bigint = HEAP + 0x100000): this {
    this.u(6, this.bigEndian ? 1 : 0, this.ptrSize);
    if (this.isTyped) this.u(96);
    this.u(heapStart, heapEnd);
    if (this.minor >= 7) this.s('amd64');
    else this.u(54);
    return this.s('').u(2);
  }

  type(address: number | bigint, size: number, holdsPointer: boolean, fields: readonly Field[] = []): this {
    this.u(3, address, size).s('main.T').u(holdsPointer ? 1 : 0);
    return this.isTyped ? this.fields(fields) : this;
  }

  /** Writes an object, in format 1.3 with a type of its own. */
  object(address: number, size: number, words: Words = {}, fields: readonly Field[] = []): this {
    if (!this.isTyped) return this.u(1, address).s(this.memory(size, words)).fields(fields);
    const type = fields.length === 0 ? 0 : TYPES + 0x100 * this.types++;
    if (type !== 0) this.type(type, size, true, fields);
    return this.typed(address, type, 0, size, words);
  }

  /** Writes an object with a given type. Format 1.3 only. */
  typed(address: number, type: number, layout: number, size: number, words: Words = {}): this {
    return this.u(1, address, type, layout).s(this.memory(size, words));
  }

  itab(address: number, type: number, holdsPointer = true): this {
    if (this.isTyped) return this.u(8, address, holdsPointer ? 1 : 0);
    return this.u(8, address, type);
  }

  otherRoot(address: number | bigint): this {
    return this.u(2).s('some root').u(address);
  }

  goroutine({ g = 0, context = 0, deferred = 0, panicking = 0 } = {}): this {
    return this.u(4, g, 0x7000, 1, 0x401000, 4, 0, 0, 12345678901234n).s('chan receive').u(context, 0, deferred, panicking);
  }

  frame(size: number, words: Words, fields: readonly Field[]): this {
    return this.u(5, 0x7000, 0, 0).s(this.memory(size, words)).u(0x401000, 0x401010, 0x401010).s('main.main').fields(fields);
  }

  finalizer(object: number, fn: number, isQueued = false): this {
    return this.u(isQueued ? 11 : 7, object, fn, 0x401000, 0x500000, 0x500010);
  }

  thread(): this {
    return this.u(9, 0x600000, 1, 0xffffffffffffffffn);
  }

  memStats(heapAlloc: number, heapObjects: number): this {
    this.u(10, 1, 2, 3, 4, 5, 6, heapAlloc, 8, 9, 10, 11, heapObjects);
    for (let i = 12; i < 24 + 256; i++) this.u(0);
    return this.u(7);
  }

  segment(tag: 12 | 13, size: number, words: Words, fields: readonly Field[]): this {
    return this.u(tag, 0x600000).s(this.memory(size, words)).fields(fields);
  }

  defer(address: number, fn: number, link: number): this {
    return this.u(14, address, 0, 0x7000, 0x401000, fn, 0x401000, link);
  }

  panic(address: number, data: number, link: number): this {
    return this.u(15, address, 0, 0x500000, data, 0, link);
  }

  profile(): this {
    this.u(16, 0x601000, 32, 2);
    for (const name of ['main.f', 'main.main']) this.s(name).s('main.go').u(12);
    return this.u(5, 2);
  }

  sample(address: number): this {
    return this.u(17, address, 0x601000);
  }

  eof(): this {
    return this.u(0);
  }
}

/**
 * Writes a heap of nine objects with at least one record of each kind. In the order of addresses:
 *
 *     0 → 1, 2 (interior), 2   held by data       5 →        held by nothing
 *     1 → 0                                       6 → 7      has a finalizer
 *     2 →                                         7 → 6
 *     3 → 4 (interface)        held by a frame    8 →        the finalizer's function
 *     4 → 3 (interface)
 */
export function smallDump(minor: number, options: WriterOptions = {}): DumpWriter {
  const w = new DumpWriter(minor, options);
  const p = w.ptrSize;
  const heap = p === 8 ? HEAP : 0x10000000;
  const at = (i: number): number => heap + 0x100 * i;
  w.params(heap, heap + 0x10000);
  w.type(0x510000, 16, true).itab(0x520000, 0x510000);
  w.object(at(3), 4 * p, { [p]: 0x520000, [2 * p]: at(4) }, [['iface', p]]);
  w.object(at(4), 4 * p, { 0: 0x510000, [p]: at(3) + 1, [2 * p]: 0x401000 }, [['eface', 0], ['ptr', 2 * p]]);
  w.object(at(0), 8 * p, { [p]: at(1), [2 * p]: at(2) + 9, [5 * p]: at(2), [6 * p]: at(2) + 16 }, [['ptr', p], ['string', 2 * p], ['slice', 5 * p]]);
  w.object(at(1), p, { 0: at(0) }, [['ptr', 0]]);
  w.object(at(2), 16);
  w.object(at(8), 16).object(at(7), 16, { 0: at(6) }, [['ptr', 0]]);
  w.object(at(6), 32, { 0: at(7), [p]: at(6) + 32 }, [['ptr', 0], ['ptr', p]]);
  w.object(at(5), 24);
  w.goroutine().frame(5 * p, { 0: at(5), [p]: at(3) + 8, [4 * p]: 0x7000 }, [['ptr', p], ['ptr', 3 * p], ['ptr', 4 * p]]);
  w.thread();
  w.segment(12, 4 * p, { 0: at(0), [p]: 0x600010 }, [['ptr', 0], ['ptr', p]]).segment(13, 2 * p, {}, [['ptr', p]]);
  w.otherRoot(at(0)).finalizer(at(6), at(8)).finalizer(at(4), 0, true);
  w.defer(0, 0, 0).panic(0, 0, 0);
  w.memStats(1000, 9).profile().sample(at(0));
  return w.eof();
}
