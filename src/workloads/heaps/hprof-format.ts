/**
 * The format of Java heap dumps (HPROF, `JAVA PROFILE 1.0.N`). Numbers are big-endian. The header gives
 * the bytes of an id, 4 or 8.
 *
 *     file        "JAVA PROFILE 1.0.N\0"  u4 bytes of an id  u8 milliseconds  record*
 *     record      u1 tag  u4 microseconds  u4 bytes that follow  …
 *     heap dump   subrecord*: u1 tag, then a body that depends on the tag; no length
 *
 * The source is the comment at the top of HotSpot's heapDumper.cpp; the tags of Android are
 * those of ART's hprof.cc.
 */

/** Tags of records. Readers skip all others by their length. */
export const RECORD = { text: 0x01, loadClass: 0x02, heapDump: 0x0c, heapDumpSegment: 0x1c, heapDumpEnd: 0x2c } as const;

/** Tags of records without heap data: unloaded classes, stacks, threads, samples, settings. */
const SKIPPED: ReadonlySet<number> = new Set([0x03, 0x04, 0x05, 0x06, 0x07, 0x0a, 0x0b, 0x0d, 0x0e]);
const RECORDS: ReadonlySet<number> = new Set([...Object.values(RECORD), ...SKIPPED]);

/** Tags of subrecords other than roots. */
export const SUBRECORD = {
  classDump: 0x20, instance: 0x21, objectArray: 0x22, primitiveArray: 0x23,
  /** Android: an array without its elements, an object that is no root, the heap of the following objects. */
  emptyPrimitiveArray: 0xc3, unreachable: 0x90, heapInfo: 0xfe,
} as const;

/** Kinds of roots, with their labels in reports. */
export const JAVA_ROOTS = {
  systemClass: 'system classes', thread: 'threads', javaFrame: 'in frames', jniGlobal: 'JNI globals', jniLocal: 'JNI locals',
  nativeStack: 'on native stacks', threadBlock: 'of thread blocks', monitor: 'monitors', internedString: 'interned strings',
  finalizing: 'to be finalized', debugger: 'of the debugger', referenceCleanup: 'of reference cleanup', vmInternal: 'of the VM',
  jniMonitor: 'JNI monitors', unknown: 'unknown',
} as const;
export type JavaRoot = keyof typeof JAVA_ROOTS;

export interface RootShape {
  readonly kind: JavaRoot;
  /** Bytes after the id of the object; 'id': those of another id. */
  readonly more: number | 'id';
}

/** By tag of a subrecord: the root. */
export const ROOTS: ReadonlyMap<number, RootShape> = new Map<number, RootShape>([
  [0x01, { kind: 'jniGlobal', more: 'id' }],
  [0x02, { kind: 'jniLocal', more: 8 }],
  [0x03, { kind: 'javaFrame', more: 8 }],
  [0x04, { kind: 'nativeStack', more: 4 }],
  [0x05, { kind: 'systemClass', more: 0 }],
  [0x06, { kind: 'threadBlock', more: 4 }],
  [0x07, { kind: 'monitor', more: 0 }],
  [0x08, { kind: 'thread', more: 8 }],
  [0xff, { kind: 'unknown', more: 0 }],
  // Android
  [0x89, { kind: 'internedString', more: 0 }],
  [0x8a, { kind: 'finalizing', more: 0 }],
  [0x8b, { kind: 'debugger', more: 0 }],
  [0x8c, { kind: 'referenceCleanup', more: 0 }],
  [0x8d, { kind: 'vmInternal', more: 0 }],
  [0x8e, { kind: 'jniMonitor', more: 8 }],
]);
const SUBRECORDS: ReadonlySet<number> = new Set([...Object.values(SUBRECORD), ...ROOTS.keys()]);

/** Type of a reference value. */
export const REFERENCE = 2;

/** By type of a primitive value: its letter in the name of an array class, and its bytes. */
export const PRIMITIVES: ReadonlyMap<number, { readonly letter: string; readonly bytes: number }> = new Map([
  [4, { letter: 'Z', bytes: 1 }],
  [5, { letter: 'C', bytes: 2 }],
  [6, { letter: 'F', bytes: 4 }],
  [7, { letter: 'D', bytes: 8 }],
  [8, { letter: 'B', bytes: 1 }],
  [9, { letter: 'S', bytes: 2 }],
  [10, { letter: 'I', bytes: 4 }],
  [11, { letter: 'J', bytes: 8 }],
]);

export function isRecord(tag: number): boolean {
  return RECORDS.has(tag);
}

export function isSubrecord(tag: number): boolean {
  return SUBRECORDS.has(tag);
}
