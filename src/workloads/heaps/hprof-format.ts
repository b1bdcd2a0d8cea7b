/**
 * What Java's heap dumps (HPROF, `JAVA PROFILE 1.0.N`) are made of. Numbers are big-endian; an
 * id has 4 or 8 bytes, as the header says.
 *
 *     file        "JAVA PROFILE 1.0.N\0"  u4 bytes of an id  u8 milliseconds  record*
 *     record      u1 tag  u4 microseconds  u4 bytes that follow  …
 *     heap dump   subrecord*: u1 tag, then what the tag says; no length
 *
 * The source is the comment at the top of HotSpot's heapDumper.cpp; the tags of Android are
 * those of ART's hprof.cc.
 */

/** Tags of records. Readers pass over all others by their length. */
export const RECORD = { text: 0x01, loadClass: 0x02, heapDump: 0x0c, heapDumpSegment: 0x1c, heapDumpEnd: 0x2c } as const;

/** Records that say nothing of the heap: unloaded classes, stacks, threads, samples, settings. */
const PASSED_OVER: ReadonlySet<number> = new Set([0x03, 0x04, 0x05, 0x06, 0x07, 0x0a, 0x0b, 0x0d, 0x0e]);
const RECORDS: ReadonlySet<number> = new Set([...Object.values(RECORD), ...PASSED_OVER]);

/** Tags of subrecords that are no roots. */
export const SUBRECORD = {
  classDump: 0x20, instance: 0x21, objectArray: 0x22, primitiveArray: 0x23,
  /** Android: an array without its elements; an object that is no root; the heap that the following objects are in. */
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
  /** Bytes behind the object's id; `id` stands for those of another id. */
  readonly more: number | 'id';
}

/** Roots by the tags of their subrecords. */
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

/** The type of a value that refers to an object. */
export const REFERENCE = 2;

/** Types of primitive values: the letter of their arrays' class, and their bytes. */
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
