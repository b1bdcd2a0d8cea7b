/**
 * The records of types, with the ones that Go 1.5 writes wrong.
 *
 * For the name of a type that a package declares and that an interface holds as it is, such as
 * http.HandlerFunc, Go 1.5 takes two pointers for lengths. It claims about 15 MB of name and writes
 * as much of the program's memory as there is, which may be less. So the length does not lead to
 * the end of the record. What follows does: Go 1.5 writes a type only in front of an itab of it.
 *
 *     type  address  size  length  memory …  0 or 1  |  itab  address  type's address
 */
import type { DumpCursor } from './go-dump-cursor.ts';
import type { FieldListReader } from './go-dump-fields.ts';
import { TAG, type DumpFormat } from './go-dump-format.ts';
import type { TypeTable } from './go-dump-types.ts';
import { SHORT } from './record-cursor.ts';

/** More than the name of any type has. */
const MAX_NAME = 1 << 20;
/** More than any type has. */
const MAX_TYPE = 2 ** 31;
const BROKEN_MINOR = 5;
/** An itab's tag and address in front of its type's address, and the truth value in front of those. */
const MAX_AHEAD = 1 + 1 + 10;

/** A type whose name is passed over. */
interface BrokenType {
  readonly address: number;
  readonly size: number;
  /** Its address as it stands in the itab. */
  readonly bytes: Buffer;
}

export class TypeReader {
  /** Types whose names were passed over. */
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

  /** Whether the name of a type is being passed over: `finish` must be called next. */
  get isInside(): boolean {
    return this.current !== undefined;
  }

  /**
   * Reads a type behind its tag. One with a broken name is only begun.
   * @param ptrSize bytes of a pointer; called where the format has fields
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
      // Everything in front of the name is read, and is not read again.
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

  /** Goes on with the type that `read` has begun. */
  finish(): void {
    const { cursor, current } = this;
    if (current === undefined) return;
    const end = this.endOfName(current.bytes);
    if (end === -1) {
      // Keep as much as the end may have begun in.
      cursor.pos = Math.max(cursor.pos, cursor.end - MAX_AHEAD - current.bytes.length);
      cursor.begin();
      throw SHORT;
    }
    cursor.pos = end;
    const holdsPointer = cursor.uvarint() === 1;
    this.types.addType(current.address, { name: '', size: current.size, holdsPointer, fields: undefined });
    this.current = undefined;
  }

  /** Where the truth value behind the name is in the buffer; -1 if it has not come yet. */
  private endOfName(typeAddress: Buffer): number {
    const { buf, pos, end } = this.cursor;
    const here = Buffer.from(buf.buffer, buf.byteOffset, end);
    for (let at = here.indexOf(typeAddress, pos); at !== -1; at = here.indexOf(typeAddress, at + 1)) {
      // Back over the itab's address, all of whose bytes but the last have their highest bit set.
      let first = at - 1;
      while (first > pos && here[first - 1] >= 0x80) first--;
      if (here[at - 1] < 0x80 && first - 2 >= pos && here[first - 1] === TAG.itab && here[first - 2] <= 1) return first - 2;
    }
    return -1;
  }
}
