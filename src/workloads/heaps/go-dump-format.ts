/**
 * The formats of Go heap dumps. All consist of records: a tag, then numbers (uvarint), strings (length
 * and bytes) and lists of fields. They differ in
 *
 *              pointers of objects are given by            kinds of fields
 *     go1.3    a type and a kind                           1 ptr 2 string 3 slice 4 iface 5 eface
 *     go1.4    a list of fields                            1 ptr 2 iface 3 eface
 *     go1.5–7  a list of fields                            1 ptr
 *
 * and in the parameters, which hold the letter of the compiler up to 1.6 and the architecture in 1.7.
 */

export const TAG = {
  eof: 0, object: 1, otherRoot: 2, type: 3, goroutine: 4, frame: 5, params: 6, finalizer: 7, itab: 8,
  thread: 9, memStats: 10, queuedFinalizer: 11, data: 12, bss: 13, defer: 14, panic: 15, memProf: 16, sample: 17,
} as const;

/** By tag: the name of a record in messages. */
export const RECORD_NAMES: readonly string[] = [
  'the end record', 'an object', 'a root', 'a type', 'a goroutine', 'a stack frame', 'the parameters',
  'a finalizer', 'an itab', 'a thread', 'the memory statistics', 'a queued finalizer', 'the data segment',
  'the bss segment', 'a deferred call', 'a panic', 'an allocation profile', 'an allocation sample',
];

/** Kinds of roots, with their labels in reports. */
export const GO_ROOTS = { data: 'in data', bss: 'in bss', frames: 'in frames', finalizers: 'of finalizers', other: 'other' } as const;
export type GoRoot = keyof typeof GO_ROOTS;
export const GO_ROOT_KINDS = Object.keys(GO_ROOTS) as readonly GoRoot[];

/** Layout kinds of an object of format 1.3. */
export const LAYOUT = { regular: 0, array: 1, chan: 2, conservative: 127 } as const;

/** Kinds of fields in memory. The first word of an interface decides whether the second is a pointer. */
export const FIELD = { ptr: 1, iface: 2, eface: 3 } as const;

export interface FieldShape {
  readonly field: number;
  readonly words: number;
}

const PTR: FieldShape = { field: FIELD.ptr, words: 1 };
const IFACE: FieldShape = { field: FIELD.iface, words: 2 };
const EFACE: FieldShape = { field: FIELD.eface, words: 2 };
/** A string or a slice is a pointer followed by numbers. */
const STRING: FieldShape = { field: FIELD.ptr, words: 2 };
const SLICE: FieldShape = { field: FIELD.ptr, words: 3 };

export interface DumpFormat {
  /** N of `go1.N heap dump`. */
  readonly minor: number;
  /** By the kind in the file, where 0 ends a list. */
  readonly shapes: readonly (FieldShape | undefined)[];
  /** Format 1.3: objects name types, and the types have the field lists. */
  readonly isTyped: boolean;
}

export const OLDEST_MINOR = 3;
export const NEWEST_MINOR = 7;
/** First format whose parameters name the architecture. Earlier ones hold the letter of its compiler. */
export const FIRST_NAMED_ARCH = 7;

export function formatOf(minor: number): DumpFormat {
  if (minor === 3) return { minor, shapes: [undefined, PTR, STRING, SLICE, IFACE, EFACE], isTyped: true };
  if (minor === 4) return { minor, shapes: [undefined, PTR, IFACE, EFACE], isTyped: false };
  return { minor, shapes: [undefined, PTR], isTyped: false };
}

/** The parameters of a dump. */
export interface GoParams {
  readonly bigEndian: boolean;
  readonly ptrSize: 4 | 8;
  /** Bounds of the arena. A reader must not rely on them. */
  readonly heapStart: number;
  readonly heapEnd: number;
  /** Architecture: `amd64`, or before FIRST_NAMED_ARCH the letter of its compiler, `6`. */
  readonly arch: string;
  /** GOEXPERIMENT, or the version of Go in newer dumps. */
  readonly experiment: string;
  readonly ncpu: number;
  /** Bytes in front of a channel's elements, only in format 1.3; otherwise 0. */
  readonly chanHeaderBytes: number;
}
