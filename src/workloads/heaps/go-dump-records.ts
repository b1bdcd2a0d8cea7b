/**
 * The records of a dump, one at a time. Everything of a record is read before anything of it
 * is kept, because reading may have to begin anew (go-dump-cursor).
 */
import type { DumpCursor } from './go-dump-cursor.ts';
import { FieldListReader, PointerReader, PointerSink } from './go-dump-fields.ts';
import { LAYOUT, RECORD_NAMES, TAG, type DumpFormat, type GoParams } from './go-dump-format.ts';
import { PointerList } from './go-dump-pointers.ts';
import { TypeTable, type GoType } from './go-dump-types.ts';
import { GrowableUint32 } from './growable.ts';
import type { RootKind } from './heap-facts.ts';

/** The largest object that the machine could load, and more than any string. */
const MAX_CONTENTS = 2 ** 31;
const MAX_TEXT = 1 << 20;
/** Above it numbers aren't exact; no 64-bit system but AIX has its heap there. */
const MAX_ADDRESS = 2 ** 53;
/** Go writes 128 at most. */
const MAX_PROFILE_FRAMES = 4096;
/** Go has some thirty; a damaged dump may have more. */
const MAX_REASONS = 256;
const MEM_STATS = 24;
const PAUSES = 256;

export interface GoMemStats {
  readonly heapAlloc: number;
  readonly heapObjects: number;
  readonly numGC: number;
}

export class RecordReader {
  params: GoParams | undefined;
  memStats: GoMemStats | undefined;
  readonly types = new TypeTable();
  /** Objects in the file's order; `pointerEnd` is the end of each one's pointers. */
  readonly starts = new PointerList();
  readonly sizes = new GrowableUint32();
  readonly pointerEnd = new GrowableUint32();
  readonly inObjects = new PointerSink();
  readonly inRoots: Readonly<Record<RootKind, PointerSink>> = {
    data: new PointerSink(), bss: new PointerSink(), frames: new PointerSink(), finalizers: new PointerSink(), other: new PointerSink(),
  };
  /** Format 1.3: which type each object has, by its address; 0 for none. */
  readonly objectTypes = new PointerList();
  /** Offset in the file of the first object, and how often objects begin anew behind something else. */
  objectsAt = 0;
  objectRuns = 0;
  /** How often goroutines wait for each reason. */
  readonly waiting = new Map<string, number>();
  /** Objects with finalizers that have not run. */
  readonly finalizable = new PointerList();
  /** How many records there were, by tag. */
  readonly counts = new Uint32Array(RECORD_NAMES.length);

  private readonly cursor: DumpCursor;
  private readonly format: DumpFormat;
  private readonly lists: FieldListReader;
  private memory: PointerReader | undefined;
  private lastTag = -1;

  constructor(cursor: DumpCursor, format: DumpFormat) {
    this.cursor = cursor;
    this.format = format;
    this.lists = new FieldListReader(cursor, format);
  }

  /** Reads a record and returns its tag. */
  next(): number {
    const { cursor } = this;
    cursor.part = 'the beginning of a record';
    const tag = cursor.uvarint();
    if (tag >= RECORD_NAMES.length) cursor.fail(`there is no record of kind ${tag}`);
    cursor.part = RECORD_NAMES[tag];
    this.record(tag);
    if (tag === TAG.object && this.lastTag !== TAG.object && this.objectRuns++ === 0) this.objectsAt = cursor.recordOffset;
    this.lastTag = tag;
    this.counts[tag]++;
    return tag;
  }

  private record(tag: number): void {
    const { cursor } = this;
    switch (tag) {
      case TAG.eof: return;
      case TAG.object: return this.object();
      case TAG.otherRoot: return this.otherRoot();
      case TAG.type: return this.type();
      case TAG.goroutine: return this.goroutine();
      case TAG.frame: return this.frame();
      case TAG.params: return this.parameters();
      case TAG.finalizer: return this.finalizer();
      case TAG.itab: return this.itab();
      case TAG.thread: return cursor.uvarints(3);
      case TAG.memStats: return this.statistics();
      case TAG.queuedFinalizer: return this.queuedFinalizer();
      case TAG.data: return this.segment('data');
      case TAG.bss: return this.segment('bss');
      case TAG.defer: return this.defer();
      case TAG.panic: return this.panic();
      case TAG.memProf: return this.profile();
      case TAG.sample: return cursor.uvarints(2);
    }
  }

  private parameters(): void {
    const { cursor, format } = this;
    const bigEndian = cursor.bool();
    const ptrSize = cursor.uvarint();
    if (ptrSize !== 4 && ptrSize !== 8) return cursor.fail(`pointers have ${ptrSize} bytes instead of 4 or 8`);
    const chanHeaderBytes = format.isTyped ? cursor.uvarint() : 0;
    const heapStart = cursor.uvarint();
    const heapEnd = cursor.uvarint();
    const arch = format.minor >= 5 ? cursor.text('the architecture', MAX_TEXT) : letter(cursor.uvarint());
    const experiment = cursor.text('the experiment', MAX_TEXT);
    const ncpu = cursor.uvarint();
    if (this.params !== undefined) cursor.fail('the parameters come twice');
    this.params = { bigEndian, ptrSize, heapStart, heapEnd, arch, experiment, ncpu, chanHeaderBytes };
    this.memory = new PointerReader(this.params, this.types);
  }

  private object(): void {
    const { cursor, format, inObjects } = this;
    const address = cursor.uvarint();
    const typeAddress = format.isTyped ? cursor.uvarint() : 0;
    const layout = format.isTyped ? cursor.uvarint() : 0;
    const size = cursor.bytes('the object', MAX_CONTENTS);
    const end = cursor.pos;
    if (address === 0) cursor.fail('an object lies at address 0');
    if (address + size > MAX_ADDRESS) cursor.fail("the object's address is 2^53 or more");
    const { ptrSize } = this.known();
    if (format.isTyped) {
      this.typedObject(typeAddress, layout, end - size, end);
      this.objectTypes.push(typeAddress % 2 ** 32, Math.floor(typeAddress / 2 ** 32));
    } else {
      const list = this.lists.read({ bytes: size, most: Math.floor(size / ptrSize), isLenient: false }, ptrSize);
      // The list may be much longer than the memory, which lies where it lay.
      this.reader().fields(inObjects, cursor.buf, end - size, list);
    }
    this.starts.push(address % 2 ** 32, Math.floor(address / 2 ** 32));
    this.sizes.push(size);
    this.pointerEnd.push(inObjects.pointers.length);
  }

  /** Format 1.3. Nothing more is to be read. */
  private typedObject(typeAddress: number, layout: number, start: number, end: number): void {
    const { cursor, inObjects } = this;
    if (layout === LAYOUT.conservative) return this.reader().words(inObjects, cursor.buf, start, end);
    if (layout > LAYOUT.chan) cursor.fail(`there is no object of kind ${layout}`);
    if (typeAddress === 0 && layout === LAYOUT.regular) return;
    const type = this.types.typeAt(typeAddress);
    if (type === undefined) return cursor.fail(`the object's type 0x${typeAddress.toString(16)} has not been described`);
    const first = layout === LAYOUT.chan ? start + this.known().chanHeaderBytes : start;
    const limit = layout === LAYOUT.regular ? first + type.size : end;
    if (first > end || limit > end) cursor.fail(`the object has ${end - start} bytes, too few for its type`);
    this.elements(type, first, limit);
  }

  private elements({ size, fields }: GoType, first: number, end: number): void {
    if (fields === undefined || fields.count === 0) return;
    const memory = this.reader();
    for (let at = first; at + size <= end; at += size) memory.fields(this.inObjects, this.cursor.buf, at, fields);
  }

  private type(): void {
    const { cursor, format } = this;
    const address = cursor.uvarint();
    const size = cursor.uvarint();
    const name = cursor.text("the type's name", MAX_TEXT);
    const holdsPointer = cursor.bool();
    if (!format.isTyped) return this.types.addType(address, { name, size, holdsPointer, fields: undefined });
    const { ptrSize } = this.known();
    const bytes = Math.min(size, MAX_CONTENTS);
    const { count, kinds, offsets } = this.lists.read({ bytes, most: Math.floor(bytes / ptrSize), isLenient: false }, ptrSize);
    const fields = { count, kinds: kinds.slice(0, count), offsets: offsets.slice(0, count) };
    this.types.addType(address, { name, size, holdsPointer, fields });
  }

  private itab(): void {
    const { cursor, format } = this;
    const address = cursor.uvarint();
    if (format.isTyped) return this.types.addItab(address, cursor.bool());
    const type = cursor.uvarint();
    // A type that was made at run time lies in the heap.
    this.root(type);
    this.types.addItab(address, { type });
  }

  private goroutine(): void {
    const { cursor } = this;
    const g = cursor.uvarint();
    cursor.uvarints(4); // sp, id, gopc, status
    cursor.bool(); // system
    cursor.bool(); // background
    cursor.uvarint(); // waitsince
    const reason = cursor.text('the reason', MAX_TEXT);
    const context = cursor.uvarint();
    cursor.uvarint(); // its thread
    const deferred = cursor.uvarint();
    const panicking = cursor.uvarint();
    for (const address of [g, context, deferred, panicking]) this.root(address);
    this.countWaiting(reason);
  }

  private countWaiting(reason: string): void {
    const known = this.waiting.get(reason);
    if (known !== undefined || this.waiting.size < MAX_REASONS) this.waiting.set(reason, (known ?? 0) + 1);
  }

  private frame(): void {
    const { cursor } = this;
    cursor.uvarints(3); // sp, depth, sp of the child
    const size = cursor.bytes('the frame', MAX_CONTENTS);
    const start = cursor.pos - size;
    cursor.uvarints(3); // entry, pc, continuation
    cursor.bytes('the name', MAX_TEXT);
    this.rootFields('frames', start, size);
  }

  private segment(kind: 'data' | 'bss'): void {
    const { cursor } = this;
    cursor.uvarint();
    const size = cursor.bytes('the segment', MAX_CONTENTS);
    this.rootFields(kind, cursor.pos - size, size);
  }

  /** A frame's lists of arguments and variables may overlap, hence twice the words. */
  private rootFields(kind: RootKind, start: number, size: number): void {
    const { ptrSize } = this.known();
    const most = 2 * Math.floor(size / ptrSize);
    const list = this.lists.read({ bytes: size, most, isLenient: this.format.isTyped }, ptrSize);
    this.reader().fields(this.inRoots[kind], this.cursor.buf, start, list);
  }

  private otherRoot(): void {
    this.cursor.bytes('the description', MAX_TEXT);
    this.root(this.cursor.uvarint());
  }

  /** Its function is alive, and what the object refers to, but not the object. */
  private finalizer(): void {
    const { cursor } = this;
    const object = cursor.uvarint();
    const fn = cursor.uvarint();
    cursor.uvarints(3); // code and types
    this.root(fn, 'finalizers');
    this.finalizable.pushAddress(object);
  }

  /** All that Go's queue of finalizers refers to. */
  private queuedFinalizer(): void {
    const { cursor } = this;
    const object = cursor.uvarint();
    const fn = cursor.uvarint();
    cursor.uvarint(); // code
    const argType = cursor.uvarint();
    const objectType = cursor.uvarint();
    for (const address of [object, fn, argType, objectType]) this.root(address, 'finalizers');
  }

  private defer(): void {
    const { cursor } = this;
    const address = cursor.uvarint();
    cursor.uvarints(3); // g, sp, pc
    const fn = cursor.uvarint();
    cursor.uvarint(); // code
    const link = cursor.uvarint();
    for (const root of [address, fn, link]) this.root(root);
  }

  /** The value may be no pointer; then it leads, as a rule, to no object. */
  private panic(): void {
    const { cursor } = this;
    const address = cursor.uvarint();
    cursor.uvarints(2); // g, type
    const data = cursor.uvarint();
    const deferred = cursor.uvarint();
    const link = cursor.uvarint();
    for (const root of [address, data, deferred, link]) this.root(root);
  }

  private statistics(): void {
    const { cursor } = this;
    const values = Array.from({ length: MEM_STATS }, () => cursor.uvarint());
    cursor.uvarints(PAUSES);
    this.memStats = { heapAlloc: values[6], heapObjects: values[11], numGC: cursor.uvarint() };
  }

  private profile(): void {
    const { cursor } = this;
    cursor.uvarints(2);
    const frames = cursor.uvarint();
    if (frames > MAX_PROFILE_FRAMES) cursor.fail(`the profile has ${frames} frames, more than ${MAX_PROFILE_FRAMES}`);
    for (let i = 0; i < frames; i++) {
      cursor.bytes('the function', MAX_TEXT);
      cursor.bytes('the file name', MAX_TEXT);
      cursor.uvarint();
    }
    cursor.uvarints(2);
  }

  private root(address: number, kind: RootKind = 'other'): void {
    const sink = this.inRoots[kind];
    sink.fields++;
    if (address === 0) sink.nils++;
    else sink.pointers.pushAddress(address);
  }

  private known(): GoParams {
    return this.params ?? this.cursor.fail('the parameters have not come yet');
  }

  private reader(): PointerReader {
    return this.memory ?? this.cursor.fail('the parameters have not come yet');
  }
}

function letter(code: number): string {
  return code > 0x20 && code < 0x7f ? String.fromCharCode(code) : `${code}`;
}
