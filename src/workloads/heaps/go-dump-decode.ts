/**
 * Decodes a whole heap dump in memory into a document of all its records. Nothing is interpreted or
 * lost, so writing the document yields the same bytes:
 *
 *     writeDump(readDump(bytes)) == bytes
 *
 * A dump that could not be written identically is refused: one with a number in more bytes than it
 * needs, or with a text that isn't UTF-8. Go writes neither. To import a dump as a heap, use
 * readGoDump.
 */
import { HeapFormatError } from './format-error.ts';
import { NEWEST_MINOR, OLDEST_MINOR, RECORD_NAMES, TAG, formatOf, type FieldShape } from './go-dump-format.ts';
import { DUMP_PAUSES, shapesOf, type DumpDocument, type DumpRecord, type PartKind, type ProfileFrame, type RecordShape, type U64 } from './go-dump-schema.ts';

const HEADER = /^go1\.([0-9]) heap dump\n/;
const HEADER_BYTES = 16;
/** Up to this weight, adding a group of seven bits to a number is exact. */
const EXACT_WEIGHT = 2 ** 49;
const FIRST_FIELDS = 1 << 8;

/** Decodes a dump. @throws HeapFormatError that names the dump `name` */
export function readDump(bytes: Uint8Array, name = 'Go heap dump'): DumpDocument & { readonly records: readonly DumpRecord[] } {
  const match = HEADER.exec(Buffer.from(bytes.subarray(0, HEADER_BYTES)).toString('latin1'));
  const minor = match === null ? 0 : Number(match[1]);
  if (minor < OLDEST_MINOR || minor > NEWEST_MINOR) {
    throw new HeapFormatError(name, `doesn't begin with 'go1.N heap dump', where N is ${OLDEST_MINOR} to ${NEWEST_MINOR}`);
  }
  return { minor, records: new DocumentReader(bytes, name, minor).records() };
}

class DocumentReader {
  private readonly bytes: Uint8Array;
  private readonly name: string;
  private readonly minor: number;
  private readonly shapes: readonly RecordShape[];
  private readonly fieldShapes: readonly (FieldShape | undefined)[];
  private readonly utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  private pos = HEADER_BYTES;
  /** The current part of the file, for messages. */
  private part = '';
  private list = new Uint32Array(FIRST_FIELDS);

  constructor(bytes: Uint8Array, name: string, minor: number) {
    this.bytes = bytes;
    this.name = name;
    this.minor = minor;
    this.shapes = shapesOf(minor);
    this.fieldShapes = formatOf(minor).shapes;
  }

  records(): DumpRecord[] {
    const all: DumpRecord[] = [];
    for (;;) {
      this.part = 'the beginning of a record';
      const tag = this.u();
      const shape = this.shapes[Number(tag)];
      if (shape === undefined) this.fail(`there is no record of kind ${tag}`);
      this.part = RECORD_NAMES[shape.tag];
      if (shape.tag === TAG.eof) break;
      all.push(this.record(shape));
    }
    this.part = 'what follows the end record';
    if (this.pos < this.bytes.length) this.fail('expected the end of the file');
    return all;
  }

  private record({ kind, parts }: RecordShape): DumpRecord {
    const record: Record<string, unknown> = { kind };
    for (const [name, part] of parts) record[name] = this.value(part);
    return record as unknown as DumpRecord;
  }

  private value(kind: PartKind): unknown {
    switch (kind) {
      case 'u': return this.u();
      case 'bool': return this.bool();
      case 'bytes': return this.piece();
      case 'text': return this.text();
      case 'fields': return this.fields();
      case 'pauses': return Array.from({ length: DUMP_PAUSES }, () => this.u());
      case 'stack': return this.stack();
    }
  }

  private u(): U64 {
    let value = 0;
    for (let weight = 1; weight < EXACT_WEIGHT; weight *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * weight;
      if (byte < 0x80) return this.shortest(byte, weight === 1, value);
    }
    return this.long(value);
  }

  /** Reads the rest of a number, from its eighth byte on. @param low its value so far */
  private long(low: number): U64 {
    let value = BigInt(low);
    for (let shift = 49n; ; shift += 7n) {
      const byte = this.byte();
      if (shift === 63n && byte > 1) this.fail('a number is longer than 64 bits');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return this.shortest(byte, false, value <= Number.MAX_SAFE_INTEGER ? Number(value) : value);
    }
  }

  private shortest(last: number, isOnly: boolean, value: U64): U64 {
    if (last === 0 && !isOnly) this.fail('a number takes more bytes than it needs');
    return value;
  }

  private byte(): number {
    if (this.pos >= this.bytes.length) {
      throw new HeapFormatError(this.name, `is cut off: it ends at byte ${this.bytes.length}, in ${this.part}`);
    }
    return this.bytes[this.pos++];
  }

  private bool(): boolean {
    const value = this.u();
    if (value !== 0 && value !== 1) this.fail(`a truth value is ${value} instead of 0 or 1`);
    return value === 1;
  }

  /** Reads bytes after their length. Returns a view, not a copy. */
  private piece(): Uint8Array {
    const length = Number(this.u());
    if (length > this.bytes.length - this.pos) {
      throw new HeapFormatError(this.name, `is cut off: it ends at byte ${this.bytes.length}, in ${this.part}`);
    }
    this.pos += length;
    return this.bytes.subarray(this.pos - length, this.pos);
  }

  private text(): string {
    const piece = this.piece();
    try {
      return this.utf8.decode(piece);
    } catch {
      return this.fail('a text is not UTF-8');
    }
  }

  private fields(): Uint32Array {
    let count = 0;
    for (;;) {
      const kind = this.u();
      if (kind === 0) return this.list.slice(0, count);
      if (this.fieldShapes[Number(kind)] === undefined) this.fail(`there is no field kind ${kind} in format 1.${this.minor}`);
      const offset = this.u();
      if (offset > 0xffff_ffff) this.fail(`a field at offset ${offset} lies in no memory that a dump can hold`);
      if (count === this.list.length) this.grow();
      this.list[count++] = Number(kind);
      this.list[count++] = Number(offset);
    }
  }

  /** Doubles the list. Every entry took a byte of the file, so a misleading file costs no extra memory. */
  private grow(): void {
    const longer = new Uint32Array(2 * this.list.length);
    longer.set(this.list);
    this.list = longer;
  }

  private stack(): ProfileFrame[] {
    const frames: ProfileFrame[] = [];
    for (let left = this.u(); left > 0; left = BigInt(left) - 1n) {
      frames.push({ function: this.text(), file: this.text(), line: this.u() });
    }
    return frames;
  }

  private fail(problem: string): never {
    throw new HeapFormatError(this.name, `${problem} before byte ${this.pos}, in ${this.part}`);
  }
}
