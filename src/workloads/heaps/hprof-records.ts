/**
 * Reads the records of a Java heap dump. A heap dump is one record in format 1.0.1, and a sequence of
 * segments with an end record in later formats.
 *
 * The length of a heap dump is not reliable. It has 32 bits, so writers truncate that of a larger dump,
 * and some never fill it in and leave 0. So the subrecords decide:
 *
 *   - the dump extends past its length if the length splits a subrecord, or if the next byte can only
 *     begin a subrecord,
 *   - the dump ends before its length if the next byte can only begin a record.
 */
import { ClassTable } from './hprof-classes.ts';
import type { HprofCursor } from './hprof-cursor.ts';
import { RECORD, isRecord, isSubrecord } from './hprof-format.ts';
import { HprofNames, KEPT_TEXT } from './hprof-names.ts';
import { SubrecordReader } from './hprof-subrecords.ts';

const HEADER = /^JAVA PROFILE 1\.0\.(\d{1,3})\0/;
const MAX_HEADER_BYTES = 24;
const NEWEST_MINOR = 3;
/** Limit for a text, bytes. Names in the JVM have at most 65,535. */
const MAX_TEXT = 1 << 20;
/** A truncated length is too small by a multiple of this. */
const WRAP = 2 ** 32;

/** Repairs of records. */
export interface RecordRepairs {
  /** Heap dumps and segments whose length is wrong. */
  wrongLengths: number;
  /** Records of unknown kinds, which are skipped. */
  unknownRecords: number;
  /** Heap dumps after the first one, which are skipped. */
  laterDumps: number;
}

export class RecordReader {
  readonly names = new HprofNames();
  readonly classes: ClassTable;
  readonly subrecords: SubrecordReader;
  readonly repairs: RecordRepairs = { wrongLengths: 0, unknownRecords: 0, laterDumps: 0 };
  /** N of `JAVA PROFILE 1.0.N`. */
  minor = 0;

  private readonly cursor: HprofCursor;
  /** The state 'segments' lasts until the end record of a sequence of segments. */
  private state: 'header' | 'before' | 'inside' | 'segments' | 'behind' = 'header';
  /** Offset in the file of the first subrecord of the current heap dump or segment. */
  private start = 0;
  /** Offset in the file of their end, as far as it is known. */
  private end = 0;
  private isSegment = false;
  private isRepaired = false;
  /** Whether the current segments belong to a later heap dump, which is skipped. */
  private isInLaterDump = false;

  /** @param labels whether to keep the slots of references */
  constructor(cursor: HprofCursor, labels: boolean) {
    this.cursor = cursor;
    this.classes = new ClassTable(cursor);
    this.subrecords = new SubrecordReader(cursor, this.classes, this.names, labels);
  }

  /** Reads the next unit: the header, a record, a subrecord, or a piece of a long one. */
  next(): void {
    const { cursor, subrecords } = this;
    if (cursor.isSkipping) cursor.skipMore();
    else if (subrecords.isInArray) subrecords.elements();
    else if (this.state === 'header') this.header();
    else if (this.state !== 'inside') this.record();
    else if (this.goesOn()) subrecords.next();
    else this.state = this.isSegment ? 'segments' : 'behind';
  }

  /** Ends the reading at the end of the file. @throws HeapFormatError if bytes are missing */
  finish(): void {
    const { cursor, state, end } = this;
    const isAtEnd = cursor.pos === cursor.end && !cursor.isSkipping && !this.subrecords.isInArray;
    // A heap dump of unknown length may end with the file.
    const isInDump = state === 'inside' && cursor.offset < end && !this.isRepaired;
    if (!isAtEnd || state === 'header' || isInDump) this.cutOff(cursor.part);
    if (state === 'before') cursor.reject('has no heap dump: it is a profile of something else');
    if (state === 'segments' || (state === 'inside' && this.isSegment)) this.cutOff('a heap dump whose end record is missing');
    this.subrecords.finish();
  }

  private cutOff(part: string): never {
    return this.cursor.reject(`is cut off: it ends at byte ${this.cursor.offset + this.cursor.end - this.cursor.pos}, in ${part}`);
  }

  private header(): void {
    const { cursor } = this;
    const { buf, pos, end } = cursor;
    const head = Buffer.from(buf.subarray(pos, Math.min(end, pos + MAX_HEADER_BYTES))).toString('latin1');
    const match = HEADER.exec(head);
    if (match === null) {
      if (head.includes('\0') || head.length === MAX_HEADER_BYTES) cursor.reject("is no Java heap dump: it doesn't begin with 'JAVA PROFILE 1.0.N'");
      return cursor.need(head.length + 1);
    }
    const minor = Number(match[1]);
    if (minor > NEWEST_MINOR) cursor.reject(`is a Java heap dump of format 1.0.${minor}, and only 1.0.1 to 1.0.${NEWEST_MINOR} can be read`);
    cursor.pass(match[0].length);
    const idBytes = cursor.u4();
    cursor.pass(8);
    if (idBytes !== 4 && idBytes !== 8) cursor.fail(`ids have ${idBytes} bytes instead of 4 or 8`);
    cursor.idBytes = idBytes;
    this.minor = minor;
    this.state = 'before';
  }

  private record(): void {
    const { cursor } = this;
    cursor.part = 'the beginning of a record';
    const tag = cursor.u1();
    cursor.pass(4);
    const length = cursor.u4();
    switch (tag) {
      case RECORD.text: return this.text(length);
      case RECORD.loadClass: return this.loadClass(length);
      case RECORD.heapDump:
      case RECORD.heapDumpSegment: return this.heapDump(tag, length);
      case RECORD.heapDumpEnd:
        if (this.state === 'segments') this.state = 'behind';
        this.isInLaterDump = false;
    }
    cursor.part = 'a record that is passed over';
    if (!isRecord(tag)) this.repairs.unknownRecords++;
    cursor.skip(length);
  }

  private text(length: number): void {
    const { cursor } = this;
    cursor.part = 'a text';
    if (length < cursor.idBytes) cursor.fail(`a text takes ${length} bytes, fewer than its id`);
    if (length > MAX_TEXT) cursor.fail(`a text takes ${length} bytes, more than ${MAX_TEXT}`);
    const id = cursor.id();
    const start = cursor.pos;
    cursor.pass(length - cursor.idBytes);
    this.names.addText(id, Buffer.from(cursor.buf.subarray(start, Math.min(cursor.pos, start + KEPT_TEXT))).toString());
  }

  private loadClass(length: number): void {
    const { cursor } = this;
    cursor.part = 'the name of a class';
    const used = 8 + 2 * cursor.idBytes;
    if (length < used) cursor.fail(`the record takes ${length} bytes instead of ${used}`);
    cursor.pass(4);
    const classId = cursor.id();
    cursor.pass(4);
    const textId = cursor.id();
    cursor.pass(length - used);
    this.names.addClass(classId, textId);
  }

  private heapDump(tag: number, length: number): void {
    const { cursor } = this;
    const isSegment = tag === RECORD.heapDumpSegment;
    if (this.state === 'behind') {
      cursor.part = 'a second heap dump';
      if (!this.isInLaterDump) this.repairs.laterDumps++;
      this.isInLaterDump = isSegment;
      return cursor.skip(length);
    }
    this.isSegment = isSegment;
    this.start = cursor.offset;
    this.end = cursor.offset + length;
    this.isRepaired = false;
    this.state = 'inside';
  }

  /** Reports whether a subrecord of this heap dump follows. */
  private goesOn(): boolean {
    const { cursor } = this;
    cursor.part = 'a heap dump';
    if (cursor.offset > this.end) this.lengthen();
    cursor.need(1);
    const tag = cursor.buf[cursor.pos];
    if (cursor.offset < this.end) {
      if (isSubrecord(tag) || !isRecord(tag)) return true;
      this.countRepair();
      return false;
    }
    // Some tags are those of a record and of a subrecord. After a length of 0, only a subrecord can follow.
    const isUnfinished = cursor.offset === this.start && !this.isSegment;
    if (!isSubrecord(tag) || (isRecord(tag) && !isUnfinished)) return false;
    this.lengthen();
    return true;
  }

  private lengthen(): void {
    this.countRepair();
    do this.end += WRAP;
    while (this.cursor.offset > this.end);
  }

  private countRepair(): void {
    if (!this.isRepaired) this.repairs.wrongLengths++;
    this.isRepaired = true;
  }
}
