/**
 * Reads the objects of a dump and the pointers in them. An object of up to MAX_WRITE bytes is buffered
 * until its last byte arrives. The contents of a larger one are skipped as they arrive.
 */
import type { DumpCursor } from './go-dump-cursor.ts';
import { PointerSink, type FieldListReader, type PointerReader } from './go-dump-fields.ts';
import { LAYOUT, type DumpFormat, type GoParams } from './go-dump-format.ts';
import { PointerList } from './go-dump-pointers.ts';
import type { GoType, TypeTable } from './go-dump-types.ts';
import { GrowableUint32 } from './growable.ts';
import { isOwnDump } from './places.ts';
import { SHORT } from './record-cursor.ts';
import { SizeList } from './size-list.ts';

/** The size of Go's whole arena up to 1.10. */
const MAX_OBJECT = 2 ** 39;
/**
 * Most bytes of an object that Go writes. It uses one system call with a 32-bit count, of which Linux
 * writes at most this much, and never writes the rest.
 */
const MAX_WRITE = 0x7fff_f000;
/** Numbers are exact below it. Only AIX has its heap above. */
const MAX_ADDRESS = 2 ** 53;

/** The machine that wrote the dump, and the reader of its memory. */
export interface DumpMachine {
  readonly params: GoParams;
  readonly memory: PointerReader;
}

/** An object whose contents are skipped. */
interface LargeObject {
  readonly address: number;
  readonly size: number;
  /** Bytes of its contents that have not arrived. */
  left: number;
}

export class ObjectReader {
  /** Addresses of the objects, in the file's order. */
  readonly starts = new PointerList();
  readonly sizes = new SizeList();
  /** By object: the end of its pointers in `pointers`. */
  readonly pointerEnd = new GrowableUint32();
  readonly pointers: PointerSink;
  /** Format 1.3: by object, the address of its type; 0 for none. */
  readonly typeOf = new PointerList();
  /** Number of large objects that the file holds only in part. */
  partial = 0;

  private readonly cursor: DumpCursor;
  private readonly format: DumpFormat;
  private readonly lists: FieldListReader;
  private readonly types: TypeTable;
  private large: LargeObject | undefined;

  /** @param labels whether to keep the offsets of pointers */
  constructor(cursor: DumpCursor, format: DumpFormat, lists: FieldListReader, types: TypeTable, labels: boolean) {
    this.pointers = new PointerSink(labels);
    this.cursor = cursor;
    this.format = format;
    this.lists = lists;
    this.types = types;
  }

  /** Whether a large object is incomplete, so that `finish` must be called next. */
  get isInside(): boolean {
    return this.large !== undefined;
  }

  /** Reads an object after its tag. Only begins a large one. */
  read(machine: DumpMachine): void {
    const { cursor, format } = this;
    const address = cursor.uvarint();
    const typeAddress = format.isTyped ? cursor.uvarint() : 0;
    const layout = format.isTyped ? cursor.uvarint() : 0;
    const size = cursor.uvarint();
    if (size > MAX_OBJECT) cursor.fail(`the object takes ${size} bytes, more than ${MAX_OBJECT}`);
    if (address === 0) cursor.fail('an object lies at address 0');
    if (address + size > MAX_ADDRESS) cursor.fail("the object's address is 2^53 or more");
    if (size > MAX_WRITE) return this.begin(machine, address, size, typeAddress, layout);
    cursor.need(size);
    cursor.pos += size;
    const end = cursor.pos;
    this.pointers.base = end - size;
    if (format.isTyped) {
      this.typed(machine, typeAddress, layout, end - size, end);
      this.typeOf.pushAny(typeAddress);
    } else {
      const { ptrSize } = machine.params;
      const list = this.lists.read({ bytes: size, most: Math.floor(size / ptrSize), isLenient: false }, ptrSize);
      // The list may be longer than a buffer; the memory still lies in front of `cursor.pos`.
      machine.memory.fields(this.pointers, cursor.buf, end - size, list);
    }
    this.keep(address, size);
  }

  /** Continues the large object that `read` began. */
  finish(): void {
    const { cursor, large } = this;
    if (large === undefined) return;
    const here = Math.min(large.left, cursor.end - cursor.pos);
    cursor.pos += here;
    large.left -= here;
    // The contents that have arrived need not be read again.
    cursor.begin();
    if (large.left > 0) throw SHORT;
    if (!this.format.isTyped && cursor.uvarint() !== 0) this.refuseLarge(large.size);
    this.keep(large.address, large.size);
    this.large = undefined;
  }

  private begin({ params }: DumpMachine, address: number, size: number, typeAddress: number, layout: number): void {
    const { cursor, format } = this;
    if (format.isTyped) {
      const type = this.types.typeAt(typeAddress);
      const isPointerFree = layout === LAYOUT.regular && (typeAddress === 0 || type?.fields?.count === 0);
      if (!isPointerFree) this.refuseLarge(size);
      this.typeOf.pushAny(typeAddress);
    }
    const isWhole = isOwnDump(format.minor, params);
    this.large = { address, size, left: isWhole ? size : Math.min(size % 2 ** 32, MAX_WRITE) };
    if (!isWhole) this.partial++;
    // The part in front of the contents need not be read again.
    cursor.begin();
  }

  private refuseLarge(size: number): never {
    return this.cursor.fail(`an object of ${size} bytes may hold pointers, and the largest such object that can be read has ${MAX_WRITE}`);
  }

  private keep(address: number, size: number): void {
    this.starts.pushAny(address);
    this.sizes.push(size);
    this.pointerEnd.push(this.pointers.pointers.length);
  }

  /** Collects the pointers of an object in format 1.3. Reads no further bytes. */
  private typed(machine: DumpMachine, typeAddress: number, layout: number, start: number, end: number): void {
    const { cursor } = this;
    if (layout === LAYOUT.conservative) return machine.memory.words(this.pointers, cursor.buf, start, end);
    if (layout > LAYOUT.chan) cursor.fail(`there is no object of kind ${layout}`);
    if (typeAddress === 0 && layout === LAYOUT.regular) return;
    const type = this.types.typeAt(typeAddress);
    if (type === undefined) return cursor.fail(`the object's type 0x${typeAddress.toString(16)} has not been described`);
    const first = layout === LAYOUT.chan ? start + machine.params.chanHeaderBytes : start;
    const limit = layout === LAYOUT.regular ? first + type.size : end;
    if (first > end || limit > end) cursor.fail(`the object has ${end - start} bytes, too few for its type`);
    this.elements(machine, type, first, limit);
  }

  private elements({ memory }: DumpMachine, { size, fields }: GoType, first: number, end: number): void {
    if (fields === undefined || fields.count === 0) return;
    for (let at = first; at + size <= end; at += size) memory.fields(this.pointers, this.cursor.buf, at, fields);
  }
}
