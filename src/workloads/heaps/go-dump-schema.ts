/**
 * The schema of a Go heap dump in all formats: the tag of each record and its parts in the order of
 * the file. The decoder, the encoder and the types of documents derive from this table.
 *
 * A part that only some formats have names the first and the last of them.
 */
import { FIRST_NAMED_ARCH, TAG } from './go-dump-format.ts';

/** A 64-bit number: a bigint from 2^53 on, where JavaScript numbers are inexact. */
export type U64 = number | bigint;

export interface ProfileFrame {
  readonly function: string;
  readonly file: string;
  readonly line: U64;
}

/** Types of the parts in a document, by kind. */
interface PartTypes {
  u: U64;
  bool: boolean;
  bytes: Uint8Array;
  text: string;
  /** Kind, offset, kind, offset, … without the final 0. An iterable, since it may be long. */
  fields: Iterable<number>;
  /** DUMP_PAUSES numbers. */
  pauses: readonly U64[];
  stack: readonly ProfileFrame[];
}

export type PartKind = keyof PartTypes;

export interface Part {
  readonly kind: PartKind;
  readonly first: number;
  readonly last: number;
}

interface Always<K extends PartKind> extends Part {
  readonly kind: K;
  readonly isAlways: true;
}

interface Sometimes<K extends PartKind> extends Part {
  readonly kind: K;
  readonly isAlways: false;
}

const always = <K extends PartKind>(kind: K): Always<K> => ({ kind, first: 3, last: 7, isAlways: true });
const from = <K extends PartKind>(first: number, kind: K): Sometimes<K> => ({ kind, first, last: 7, isAlways: false });
const upTo = <K extends PartKind>(last: number, kind: K): Sometimes<K> => ({ kind, first: 3, last, isAlways: false });

const u = always('u');
const bool = always('bool');
const bytes = always('bytes');
const text = always('text');
const fields = always('fields');

const finalizer = { object: u, fn: u, code: u, argType: u, objectType: u } as const;
const segment = { address: u, contents: bytes, fields } as const;

export const RECORDS = {
  eof: { tag: TAG.eof, parts: {} },
  object: { tag: TAG.object, parts: { address: u, type: upTo(3, 'u'), layout: upTo(3, 'u'), contents: bytes, fields: from(4, 'fields') } },
  otherRoot: { tag: TAG.otherRoot, parts: { description: text, address: u } },
  type: { tag: TAG.type, parts: { address: u, size: u, name: text, holdsPointer: bool, fields: upTo(3, 'fields') } },
  goroutine: {
    tag: TAG.goroutine,
    parts: {
      address: u, sp: u, id: u, gopc: u, status: u, isSystem: bool, isBackground: bool, waitSince: u, waitReason: text,
      context: u, thread: u, deferred: u, panicking: u,
    },
  },
  frame: {
    tag: TAG.frame,
    parts: { sp: u, depth: u, childSp: u, contents: bytes, entry: u, pc: u, continuation: u, function: text, fields },
  },
  params: {
    tag: TAG.params,
    parts: {
      bigEndian: bool, ptrSize: u, chanHeaderBytes: upTo(3, 'u'), heapStart: u, heapEnd: u, thechar: upTo(FIRST_NAMED_ARCH - 1, 'u'),
      arch: from(FIRST_NAMED_ARCH, 'text'), experiment: text, ncpu: u,
    },
  },
  finalizer: { tag: TAG.finalizer, parts: finalizer },
  itab: { tag: TAG.itab, parts: { address: u, holdsPointer: upTo(3, 'bool'), type: from(4, 'u') } },
  thread: { tag: TAG.thread, parts: { address: u, id: u, osId: u } },
  memStats: {
    tag: TAG.memStats,
    parts: {
      alloc: u, totalAlloc: u, sys: u, lookups: u, mallocs: u, frees: u,
      heapAlloc: u, heapSys: u, heapIdle: u, heapInuse: u, heapReleased: u, heapObjects: u,
      stacksInuse: u, stacksSys: u, mspanInuse: u, mspanSys: u, mcacheInuse: u, mcacheSys: u, buckHashSys: u, gcSys: u, otherSys: u,
      nextGC: u, lastGC: u, pauseTotalNs: u, pauseNs: always('pauses'), numGC: u,
    },
  },
  queuedFinalizer: { tag: TAG.queuedFinalizer, parts: finalizer },
  data: { tag: TAG.data, parts: segment },
  bss: { tag: TAG.bss, parts: segment },
  defer: { tag: TAG.defer, parts: { address: u, goroutine: u, sp: u, pc: u, fn: u, code: u, link: u } },
  panic: { tag: TAG.panic, parts: { address: u, goroutine: u, type: u, data: u, deferred: u, link: u } },
  memProf: { tag: TAG.memProf, parts: { bucket: u, size: u, stack: always('stack'), allocs: u, frees: u } },
  sample: { tag: TAG.sample, parts: { address: u, bucket: u } },
} as const;

/** Number of pauses in the memory statistics. */
export const DUMP_PAUSES = 256;

export type RecordKind = keyof typeof RECORDS;

type PartsOf<P> =
  { readonly [N in keyof P as P[N] extends Always<PartKind> ? N : never]: P[N] extends Part ? PartTypes[P[N]['kind']] : never }
  & { readonly [N in keyof P as P[N] extends Sometimes<PartKind> ? N : never]?: P[N] extends Part ? PartTypes[P[N]['kind']] : never };

export type RecordOf<K extends RecordKind> = { readonly kind: K } & PartsOf<(typeof RECORDS)[K]['parts']>;

export type DumpRecord = { [K in RecordKind]: RecordOf<K> }[RecordKind];

/** A dump as a document. */
export interface DumpDocument {
  /** N of `go1.N heap dump`. */
  readonly minor: number;
  /** In the order of the file, without the end record. */
  readonly records: Iterable<DumpRecord>;
}

/** A record in one format: its name, its tag and its parts. */
export interface RecordShape {
  readonly kind: RecordKind;
  readonly tag: number;
  readonly parts: readonly (readonly [name: string, kind: PartKind])[];
}

/** Returns the records of format 1.`minor`, by tag. */
export function shapesOf(minor: number): readonly RecordShape[] {
  const shapes: RecordShape[] = [];
  for (const [kind, { tag, parts }] of Object.entries(RECORDS)) {
    const here = Object.entries(parts as Readonly<Record<string, Part>>).filter(([, { first, last }]) => first <= minor && minor <= last);
    shapes[tag] = { kind: kind as RecordKind, tag, parts: here.map(([name, part]) => [name, part.kind]) };
  }
  return shapes;
}
