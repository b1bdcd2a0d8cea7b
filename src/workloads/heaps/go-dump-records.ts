/**
 * Reads the records of a dump, one at a time. A record is read completely before any part of it is
 * kept, because the reading may begin again; see record-cursor.ts.
 */
import type { DumpCursor } from './go-dump-cursor.ts';
import { FieldListReader, PointerReader, PointerSink } from './go-dump-fields.ts';
import { RECORD_NAMES, TAG, type DumpFormat, type GoParams, type GoRoot } from './go-dump-format.ts';
import { RootPlaces } from './go-labels.ts';
import { ObjectReader, type DumpMachine } from './go-dump-objects.ts';
import { PointerList } from './go-dump-pointers.ts';
import { TypeReader } from './go-dump-type-records.ts';
import { TypeTable } from './go-dump-types.ts';

/** Limit for a frame or a segment, bytes. None is as large. */
const MAX_CONTENTS = 2 ** 31;
const MAX_TEXT = 1 << 20;
/** Limit for the frames of a profile. Go writes at most 128. */
const MAX_PROFILE_FRAMES = 4096;
/** Most wait reasons that are counted. Go has about thirty; a damaged dump may have more. */
const MAX_REASONS = 256;
/** Lower bound for the letter of a compiler. The first one is '5', of ARM. */
const FIRST_LETTER = 0x30;
const MEM_STATS = 24;
const PAUSES = 256;

export interface GoMemStats {
  readonly heapAlloc: number;
  readonly heapObjects: number;
  readonly numGC: number;
}

export class RecordReader {
  memStats: GoMemStats | undefined;
  readonly types = new TypeTable();
  readonly objects: ObjectReader;
  readonly typeRecords: TypeReader;
  readonly inRoots: Readonly<Record<GoRoot, PointerSink>>;
  /** The places of these pointers, if labels are kept. */
  readonly places: Readonly<Record<GoRoot, RootPlaces>> | undefined;
  /** Offset in the file of the first object. */
  objectsAt = 0;
  /** Number of runs of object records without another record in between. */
  objectRuns = 0;
  /** By wait reason: number of goroutines. */
  readonly waiting = new Map<string, number>();
  /** Objects with finalizers that have not run. */
  readonly finalizable = new PointerList();
  /** Number of fields outside their frame, and outside their segment. */
  readonly fieldsOutside = { frames: 0, segments: 0 };
  /** Bytes behind the end record. */
  trailingBytes = 0;
  /** By tag: number of records. */
  readonly counts = new Uint32Array(RECORD_NAMES.length);

  private readonly cursor: DumpCursor;
  private readonly format: DumpFormat;
  private readonly lists: FieldListReader;
  private machine: DumpMachine | undefined;
  private lastTag = -1;

  /** @param labels whether to keep the places of pointers */
  constructor(cursor: DumpCursor, format: DumpFormat, labels: boolean) {
    this.inRoots = forEachRoot(() => new PointerSink(labels));
    this.places = labels ? forEachRoot(() => new RootPlaces()) : undefined;
    this.cursor = cursor;
    this.format = format;
    this.lists = new FieldListReader(cursor, format);
    this.objects = new ObjectReader(cursor, format, this.lists, this.types, labels);
    this.typeRecords = new TypeReader(cursor, format, this.lists, this.types);
  }

  /** Parameters of the dump; undefined until they are read. */
  get params(): GoParams | undefined {
    return this.machine?.params;
  }

  /** Reads a record and returns its tag. */
  next(): number {
    const { cursor, objects, typeRecords } = this;
    if (objects.isInside || typeRecords.isInside) return this.finish();
    cursor.part = 'the beginning of a record';
    const tag = cursor.uvarint();
    if (tag >= RECORD_NAMES.length) cursor.fail(`there is no record of kind ${tag}`);
    cursor.part = RECORD_NAMES[tag];
    const start = cursor.recordOffset;
    this.record(tag);
    this.count(tag, start);
    return this.finish();
  }

  /** Continues an incomplete record. Returns the tag of the last record. */
  private finish(): number {
    this.objects.finish();
    this.typeRecords.finish();
    return this.lastTag;
  }

  /** Counts a record. @param start its offset in the file */
  private count(tag: number, start: number): void {
    if (tag === TAG.object && this.lastTag !== TAG.object && this.objectRuns++ === 0) this.objectsAt = start;
    this.lastTag = tag;
    this.counts[tag]++;
  }

  private record(tag: number): void {
    const { cursor } = this;
    switch (tag) {
      case TAG.eof: return;
      case TAG.object: return this.objects.read(this.known());
      case TAG.otherRoot: return this.otherRoot();
      case TAG.type: return this.typeRecords.read(() => this.known().params.ptrSize);
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
    const arch = this.architecture();
    const experiment = cursor.text('the experiment', MAX_TEXT);
    const ncpu = cursor.uvarint();
    if (this.machine !== undefined) cursor.fail('the parameters come twice');
    const params: GoParams = { bigEndian, ptrSize, heapStart, heapEnd, arch, experiment, ncpu, chanHeaderBytes };
    this.machine = { params, memory: new PointerReader(params, this.types) };
  }

  /**
   * Reads the architecture: the letter of its compiler up to 1.6, its name from 1.7 on. By the Go wiki,
   * 1.5 has a name already, and Go's tree wrote letters into 1.7 for a while. So from 1.5 on the value
   * decides: every letter is above the length of every name.
   */
  private architecture(): string {
    const { cursor, format } = this;
    const start = cursor.pos;
    const code = cursor.uvarint();
    if (format.minor < 5 || code >= FIRST_LETTER) return letter(code);
    cursor.pos = start;
    return cursor.text('the architecture', MAX_TEXT);
  }

  private itab(): void {
    const { cursor, format } = this;
    const address = cursor.uvarint();
    if (format.isTyped) return this.types.addItab(address, cursor.bool());
    const type = cursor.uvarint();
    // A type that was made at run time lies in the heap, so the itab is a root.
    this.placeOf('other', () => 'itab');
    this.root(type);
    this.types.addItab(address, { type });
  }

  private goroutine(): void {
    const { cursor } = this;
    const g = cursor.uvarint();
    cursor.uvarints(4); // sp, id, gopc, status
    cursor.uvarints(3); // system, background, waitsince
    const reason = cursor.text('the reason', MAX_TEXT);
    const context = cursor.uvarint();
    cursor.uvarint(); // its thread
    const deferred = cursor.uvarint();
    const panicking = cursor.uvarint();
    this.placeOf('other', () => 'goroutine');
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
    const nameBytes = cursor.bytes('the name', MAX_TEXT);
    const nameEnd = cursor.pos;
    this.rootFields('frames', start, size, () => Buffer.from(cursor.buf.subarray(nameEnd - nameBytes, nameEnd)).toString());
  }

  private segment(kind: 'data' | 'bss'): void {
    const { cursor } = this;
    const address = cursor.uvarint();
    const size = cursor.bytes('the segment', MAX_CONTENTS);
    this.rootFields(kind, cursor.pos - size, size, () => String(address));
  }

  /** Collects the fields of a frame or a segment. The lists of arguments and variables may overlap, hence twice the words. */
  private rootFields(kind: 'data' | 'bss' | 'frames', start: number, size: number, place: () => string): void {
    const { params: { ptrSize }, memory } = this.known();
    const most = 2 * Math.floor(size / ptrSize);
    const list = this.lists.read({ bytes: size, most, isLenient: true }, ptrSize);
    this.placeOf(kind, place);
    this.inRoots[kind].base = start;
    memory.fields(this.inRoots[kind], this.cursor.buf, start, list);
    this.fieldsOutside[kind === 'frames' ? 'frames' : 'segments'] += list.beyond;
  }

  private otherRoot(): void {
    const { cursor } = this;
    const description = cursor.text('the description', MAX_TEXT);
    const address = cursor.uvarint();
    this.placeOf('other', () => description);
    this.root(address);
  }

  /** Reads a finalizer. It keeps its function and the targets of the object alive, but not the object. */
  private finalizer(): void {
    const { cursor } = this;
    const object = cursor.uvarint();
    const fn = cursor.uvarint();
    cursor.uvarints(3); // code and types
    this.root(fn, 'finalizers');
    this.finalizable.pushAddress(object);
  }

  /** Reads a queued finalizer. All its pointers are roots. */
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
    this.placeOf('other', () => 'deferred call');
    for (const root of [address, fn, link]) this.root(root);
  }

  /** Reads a panic. Its value may be no pointer; then it usually points to no object. */
  private panic(): void {
    const { cursor } = this;
    const address = cursor.uvarint();
    cursor.uvarints(2); // g, type
    const data = cursor.uvarint();
    const deferred = cursor.uvarint();
    const link = cursor.uvarint();
    this.placeOf('other', () => 'panic');
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

  private root(address: number, kind: GoRoot = 'other'): void {
    this.inRoots[kind].addAddress(address);
  }

  /** Begins a place of roots, if labels are kept. */
  private placeOf(kind: GoRoot, place: () => string): void {
    this.places?.[kind].add(this.inRoots[kind].pointers.length, place());
  }

  private known(): DumpMachine {
    return this.machine ?? this.cursor.fail('the parameters have not come yet');
  }
}

function forEachRoot<T>(make: () => T): Record<GoRoot, T> {
  return { data: make(), bss: make(), frames: make(), finalizers: make(), other: make() };
}

function letter(code: number): string {
  return code > 0x20 && code < 0x7f ? String.fromCharCode(code) : `${code}`;
}
