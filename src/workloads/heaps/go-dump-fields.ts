/**
 * Field lists, and the pointers in the memory that they describe.
 *
 * An interface is two words. The first, its type or itab, tells whether the second is a pointer. If
 * the dump has not described the type yet, the second word counts as a pointer and is decided at the
 * end. The first word never counts as a pointer: Go's collector doesn't follow it either.
 */
import type { DumpCursor } from './go-dump-cursor.ts';
import { FIELD, type DumpFormat, type GoParams } from './go-dump-format.ts';
import { PointerList } from './go-dump-pointers.ts';
import { GrowableUint32 } from './growable.ts';
import { bytesOf, listOf, release } from '../../base/large-arrays.ts';

const FIRST_FIELDS = 1 << 8;
/** A longer list is released when the next one is read. */
const LONG_FIELDS = 1 << 20;

/** The fields of an object, a type, a frame or a segment. The arrays may be longer than `count`. */
export interface FieldList {
  readonly count: number;
  /** Number of fields outside the described memory. `count` excludes them. */
  readonly beyond: number;
  readonly kinds: Uint8Array;
  /** Byte offsets in the described memory, in the file's order. */
  readonly offsets: Uint32Array;
}

/** Limits that the described memory puts on a list. */
export interface FieldLimits {
  /** Bytes in which all fields must lie. */
  readonly bytes: number;
  /** Most fields of the list. */
  readonly most: number;
  /**
   * Whether to skip fields outside `bytes`. Go 1.3 writes the lists of segments too long. Since Go 1.4
   * the arguments of a goroutine's first function are fields of runtime.goexit, whose frame is one word.
   */
  readonly isLenient: boolean;
}

/** Reads lists into reused arrays: the next list overwrites them. */
export class FieldListReader {
  private readonly cursor: DumpCursor;
  private readonly format: DumpFormat;
  private kinds = new Uint8Array(FIRST_FIELDS);
  private offsets = new Uint32Array(FIRST_FIELDS);

  constructor(cursor: DumpCursor, format: DumpFormat) {
    this.cursor = cursor;
    this.format = format;
  }

  read(limits: FieldLimits, ptrSize: number): FieldList {
    const { cursor } = this;
    const { shapes } = this.format;
    let count = 0;
    let beyond = 0;
    if (this.kinds.length > LONG_FIELDS) this.resize(FIRST_FIELDS, 0);
    for (;;) {
      const kind = cursor.uvarint();
      if (kind === 0) return { count, beyond, kinds: this.kinds, offsets: this.offsets };
      const shape = kind < shapes.length ? shapes[kind] : undefined;
      if (shape === undefined) return cursor.fail(`there is no field kind ${kind} in format 1.${this.format.minor}`);
      const offset = cursor.uvarint();
      if (offset + shape.words * ptrSize > limits.bytes) {
        if (limits.isLenient) {
          beyond++;
          continue;
        }
        cursor.fail(`a pointer at offset ${offset} doesn't fit into ${limits.bytes} bytes`);
      }
      if (count === limits.most) cursor.fail(`there are more than ${limits.most} fields in ${limits.bytes} bytes`);
      if (count === this.kinds.length) this.resize(2 * count, count);
      this.kinds[count] = shape.field;
      this.offsets[count++] = offset;
    }
  }

  /** Replaces the arrays by ones of `length` entries with the first `count` fields. */
  private resize(length: number, count: number): void {
    const { kinds, offsets } = this;
    this.kinds = bytesOf(length);
    this.kinds.set(kinds.subarray(0, count));
    this.offsets = listOf(length);
    this.offsets.set(offsets.subarray(0, count));
    release(kinds, offsets);
  }
}

/** The types and itabs that the dump has described so far. */
export interface TypeFacts {
  /** Reports whether an interface with this first word holds a pointer; undefined if unknown. */
  holdsPointer(kind: number, low: number, high: number): boolean | undefined;
}

/** Collects pointers, and the interfaces that are undecided. */
export class PointerSink {
  readonly pointers = new PointerList();
  /** For labels: by pointer, the byte offset of the word that holds it, from `base`. */
  readonly offsets: GrowableUint32 | undefined;
  /** For labels: index in the buffer of the object, the frame or the segment whose pointers are collected. */
  base = 0;
  /** Number of fields. */
  fields = 0;
  /** Number of nil fields. An interface without a type is nil. */
  nils = 0;
  /** Number of interfaces that hold no pointer. */
  scalars = 0;
  /** Undecided entries of `pointers`: index, kind of the interface, first word of the interface. */
  private undecided = { at: new GrowableUint32(), kind: new GrowableUint32(), word: new PointerList() };

  constructor(keepsOffsets = false) {
    this.offsets = keepsOffsets ? new GrowableUint32() : undefined;
  }

  /** Adds the pointer that the word at `at` in the buffer holds. */
  add(low: number, high: number, at: number): void {
    this.pointers.push(low, high);
    this.offsets?.push(at - this.base);
  }

  /** Adds an address that is a root by itself. */
  addAddress(address: number): void {
    this.fields++;
    if (address === 0) {
      this.nils++;
      return;
    }
    this.pointers.pushAddress(address);
    this.offsets?.push(0);
  }

  undecide(kind: number, low: number, high: number): void {
    this.undecided.at.push(this.pointers.length);
    this.undecided.kind.push(kind);
    this.undecided.word.push(low, high);
  }

  /** Decides the open interfaces at the end. Returns the indices in `pointers` that are no pointers. */
  decide(types: TypeFacts): number[] {
    const { at, kind, word } = this.undecided;
    const [indices, kinds, { low, high }] = [at.finish(), kind.finish(), word.finish()];
    const dropped: number[] = [];
    indices.forEach((index, i) => {
      if (types.holdsPointer(kinds[i], low[i], high[i]) === false) dropped.push(index);
    });
    this.scalars += dropped.length;
    return dropped;
  }
}

/** Finds pointers in the dumped program's memory. */
export class PointerReader {
  private readonly ptrSize: 4 | 8;
  private readonly bigEndian: boolean;
  private readonly types: TypeFacts;

  constructor({ ptrSize, bigEndian }: GoParams, types: TypeFacts) {
    this.ptrSize = ptrSize;
    this.bigEndian = bigEndian;
    this.types = types;
  }

  /** Collects the pointers of `list` in the memory at `buf[start]`. */
  fields(sink: PointerSink, buf: Uint8Array, start: number, { count, kinds, offsets }: FieldList): void {
    const { ptrSize } = this;
    sink.fields += count;
    for (let i = 0; i < count; i++) {
      const at = start + offsets[i];
      if (kinds[i] === FIELD.ptr) this.word(sink, buf, at);
      else this.interface(sink, kinds[i], buf, at, at + ptrSize);
    }
  }

  /** Collects every aligned word from `start` to `end` as a pointer. */
  words(sink: PointerSink, buf: Uint8Array, start: number, end: number): void {
    const { ptrSize } = this;
    for (let at = start; at + ptrSize <= end; at += ptrSize) {
      sink.fields++;
      this.word(sink, buf, at);
    }
  }

  private word(sink: PointerSink, buf: Uint8Array, at: number): void {
    const low = this.low(buf, at);
    const high = this.high(buf, at);
    if ((low | high) === 0) sink.nils++;
    else sink.add(low, high, at);
  }

  private interface(sink: PointerSink, kind: number, buf: Uint8Array, type: number, data: number): void {
    const low = this.low(buf, type);
    const high = this.high(buf, type);
    const isTyped = (low | high) !== 0;
    const holdsPointer = isTyped ? this.types.holdsPointer(kind, low, high) : false;
    if (holdsPointer === false) {
      if (isTyped) sink.scalars++;
      else sink.nils++;
      return;
    }
    const isNil = (this.low(buf, data) | this.high(buf, data)) === 0;
    if (holdsPointer === undefined && !isNil) sink.undecide(kind, low, high);
    this.word(sink, buf, data);
  }

  private low(buf: Uint8Array, at: number): number {
    if (!this.bigEndian) return little(buf, at);
    return big(buf, at + this.ptrSize - 4);
  }

  private high(buf: Uint8Array, at: number): number {
    if (this.ptrSize === 4) return 0;
    return this.bigEndian ? big(buf, at) : little(buf, at + 4);
  }
}

function little(buf: Uint8Array, at: number): number {
  return (buf[at] | (buf[at + 1] << 8) | (buf[at + 2] << 16) | (buf[at + 3] << 24)) >>> 0;
}

function big(buf: Uint8Array, at: number): number {
  return ((buf[at] << 24) | (buf[at + 1] << 16) | (buf[at + 2] << 8) | buf[at + 3]) >>> 0;
}
