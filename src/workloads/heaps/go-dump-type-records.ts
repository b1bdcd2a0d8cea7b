/**
 * Reads the records of types, including those that Go 1.5 writes wrong.
 *
 * Go 1.5 takes two pointers for lengths in the name of a declared type that an interface holds
 * directly, such as http.HandlerFunc. It states a name of about 15 MB and writes as much of the
 * program's memory as exists, which may be less. So the length does not give the end of the record.
 * The next record does: Go 1.5 writes a type only in front of an itab of that type.
 *
 *     type  address  size  length  memory …  0 or 1  |  itab  address  type's address
 */
import type { DumpCursor } from './go-dump-cursor.ts';
import type { FieldListReader } from './go-dump-fields.ts';
import { TAG, type DumpFormat } from './go-dump-format.ts';
import type { TypeTable } from './go-dump-types.ts';
import { SHORT } from './record-cursor.ts';

/** Limit for the name of a type, bytes. */
const MAX_NAME = 1 << 20;
/** Limit for the size of a type, bytes. */
const MAX_TYPE = 2 ** 31;
const BROKEN_MINOR = 5;
/** Most bytes from the boolean to the type's address in the itab: the boolean, the itab's tag and address. */
const MAX_AHEAD = 1 + 1 + 10;

/** A type whose name is skipped. */
interface BrokenType {
  readonly address: number;
  readonly size: number;
  /** Encoding of its address, as the itab has it. */
  readonly bytes: Buffer;
}

export class TypeReader {
  /** Number of types whose name was skipped. */
  broken = 0;
  private readonly cursor: DumpCursor;
  private readonly format: DumpFormat;
  private readonly lists: FieldListReader;
  private readonly types: TypeTable;
  private current: BrokenType | undefined;

  constructor(cursor: DumpCursor, format: DumpFormat, lists: FieldListReader, types: TypeTable) {
    this.cursor = cursor;
    this.format = format;
    this.lists = lists;
    this.types = types;
  }

  /** Whether a broken name is incomplete, so that `finish` must be called next. */
  get isInside(): boolean {
    return this.current !== undefined;
  }

  /**
   * Reads a type after its tag. Only begins one with a broken name.
   * @param ptrSize returns the bytes of a pointer; called if the format has fields
   */
  read(ptrSize: () => number): void {
    const { cursor, format } = this;
    const start = cursor.pos;
    const address = cursor.uvarint();
    const addressEnd = cursor.pos;
    const size = cursor.uvarint();
    const nameStart = cursor.pos;
    const length = cursor.uvarint();
    if (length > MAX_NAME && format.minor === BROKEN_MINOR) {
      this.current = { address, size, bytes: Buffer.from(cursor.buf.subarray(start, addressEnd)) };
      this.broken++;
      // The part in front of the name need not be read again.
      cursor.begin();
      return;
    }
    cursor.pos = nameStart;
    const name = cursor.text("the type's name", MAX_NAME);
    const holdsPointer = cursor.bool();
    if (!format.isTyped) return this.types.addType(address, { name, size, holdsPointer, fields: undefined });
    const bytes = Math.min(size, MAX_TYPE);
    const pointer = ptrSize();
    const { count, beyond, kinds, offsets } = this.lists.read({ bytes, most: Math.floor(bytes / pointer), isLenient: false }, pointer);
    const fields = { count, beyond, kinds: kinds.slice(0, count), offsets: offsets.slice(0, count) };
    this.types.addType(address, { name, size, holdsPointer, fields });
  }

  /** Continues the type that `read` began. */
  finish(): void {
    const { cursor, current } = this;
    if (current === undefined) return;
    const end = this.endOfName(current.bytes);
    if (end === -1) {
      // Keep the bytes in which the end may have begun.
      cursor.pos = Math.max(cursor.pos, cursor.end - MAX_AHEAD - current.bytes.length);
      cursor.begin();
      throw SHORT;
    }
    cursor.pos = end;
    const holdsPointer = cursor.uvarint() === 1;
    this.types.addType(current.address, { name: '', size: current.size, holdsPointer, fields: undefined });
    this.current = undefined;
  }

  /** Returns the position in the buffer of the boolean after the name, or -1 if it has not arrived. */
  private endOfName(typeAddress: Buffer): number {
    const { buf, pos, end } = this.cursor;
    const here = Buffer.from(buf.buffer, buf.byteOffset, end);
    for (let at = here.indexOf(typeAddress, pos); at !== -1; at = here.indexOf(typeAddress, at + 1)) {
      // Go back over the itab's address: all its bytes but the last have the highest bit set.
      let first = at - 1;
      while (first > pos && here[first - 1] >= 0x80) first--;
      if (here[at - 1] < 0x80 && first - 2 >= pos && here[first - 1] === TAG.itab && here[first - 2] <= 1) return first - 2;
    }
    return -1;
  }
}
