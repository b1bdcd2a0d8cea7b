/** Encodes the document of a heap dump in pieces, so that a heap of any size takes little memory. */
import { shapesOf, type DumpDocument, type PartKind, type ProfileFrame, type U64 } from './go-dump-schema.ts';
import { TAG } from './go-dump-format.ts';

const CHUNK_BYTES = 1 << 16;
/** Most bytes of a 64-bit number. */
const MAX_NUMBER_BYTES = 10;

/** Encodes a dump as one piece. */
export function writeDump(dump: DumpDocument): Uint8Array {
  return Buffer.concat([...encodeDump(dump)]);
}

/** Encodes a dump in pieces. Pulls the records one at a time. */
export function* encodeDump({ minor, records }: DumpDocument): Generator<Uint8Array> {
  const byKind = new Map(shapesOf(minor).map((shape) => [shape.kind, shape]));
  const out = new Chunk();
  out.ascii(`go1.${minor} heap dump\n`);
  for (const record of records) {
    const { tag, parts } = byKind.get(record.kind)!;
    out.u(tag);
    for (const [name, kind] of parts) {
      const value = (record as unknown as Readonly<Record<string, unknown>>)[name];
      if (kind === 'u') out.u(value as U64);
      else yield* encodePart(out, kind, value);
      if (out.isFull) yield out.take();
    }
  }
  out.u(TAG.eof);
  yield out.take();
}

/** Encodes one part of a record. May leave the chunk full. */
function* encodePart(out: Chunk, kind: Exclude<PartKind, 'u'>, value: unknown): Generator<Uint8Array> {
  switch (kind) {
    case 'bool':
      out.u(value === true ? 1 : 0);
      return;
    case 'bytes':
      yield* encodeBytes(out, value as Uint8Array);
      return;
    case 'text':
      yield* encodeBytes(out, Buffer.from(value as string));
      return;
    case 'fields':
      for (const number of value as Iterable<number>) {
        if (out.isFull) yield out.take();
        out.u(number);
      }
      if (out.isFull) yield out.take();
      out.u(0);
      return;
    case 'pauses':
      for (const pause of value as readonly U64[]) {
        out.u(pause);
        if (out.isFull) yield out.take();
      }
      return;
    case 'stack':
      yield* encodeStack(out, value as readonly ProfileFrame[]);
  }
}

function* encodeBytes(out: Chunk, bytes: Uint8Array): Generator<Uint8Array> {
  out.u(bytes.length);
  for (let at = 0; at < bytes.length; ) {
    if (out.isFull) yield out.take();
    at += out.append(bytes, at);
  }
}

function* encodeStack(out: Chunk, frames: readonly ProfileFrame[]): Generator<Uint8Array> {
  out.u(frames.length);
  for (const frame of frames) {
    for (const text of [frame.function, frame.file]) {
      if (out.isFull) yield out.take();
      yield* encodeBytes(out, Buffer.from(text));
    }
    if (out.isFull) yield out.take();
    out.u(frame.line);
  }
}

/** A buffer for the next piece. The caller of `u` must check `isFull` before the next number. */
class Chunk {
  private readonly bytes = new Uint8Array(CHUNK_BYTES + 2 * MAX_NUMBER_BYTES);
  private used = 0;

  get isFull(): boolean {
    return this.used >= CHUNK_BYTES;
  }

  u(value: U64): void {
    if (typeof value === 'bigint') return this.long(value);
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[this.used++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.used++] = rest;
  }

  private long(value: bigint): void {
    let rest = value;
    for (; rest >= 0x80n; rest >>= 7n) this.bytes[this.used++] = Number(rest & 0x7fn) | 0x80;
    this.bytes[this.used++] = Number(rest);
  }

  /** Appends bytes from `at` on, up to the end of the room. Returns how many. */
  append(bytes: Uint8Array, at: number): number {
    const n = Math.min(bytes.length - at, Math.max(0, CHUNK_BYTES - this.used));
    this.bytes.set(n === bytes.length ? bytes : bytes.subarray(at, at + n), this.used);
    this.used += n;
    return n;
  }

  ascii(text: string): void {
    this.append(Buffer.from(text, 'latin1'), 0);
  }

  /** Returns a copy of the bytes and empties the chunk. */
  take(): Uint8Array {
    const taken = this.bytes.slice(0, this.used);
    this.used = 0;
    return taken;
  }
}
