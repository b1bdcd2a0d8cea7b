/**
 * The contents of the objects in a dump of this machine. They are as large as the heap, so the reader
 * of the dump does not keep them. Once the machine is built, the file is read a second time, straight
 * into the machine's memory.
 */
import { HeapFormatError } from './format-error.ts';
import { TAG } from './go-dump-format.ts';

/** The place of the object records, which follow one another in the order of their addresses. */
export interface Contents {
  /** Offset of the first record in the file. */
  readonly offset: number;
  /** All bytes of the file, from its beginning. */
  readonly bytes: () => AsyncIterable<Uint8Array>;
}

/** The destination of the contents. Lists are indexed by object number. */
export interface Destination {
  /** Name of the file, for messages. */
  readonly name: string;
  readonly memory: Uint8Array;
  /** Byte of `memory` at offset 0. */
  readonly origin: number;
  /** Address in the file of offset 0. */
  readonly originAddress: number;
  readonly offsets: Uint32Array;
  readonly sizes: Uint32Array;
  /** Called with each object that may hold pointers. */
  readonly onPointers: (object: number) => void;
}

/** The part of a record that the next byte belongs to. */
const PART = { tag: 0, address: 1, size: 2, contents: 3, kind: 4, offset: 5 } as const;
/** Up to this many bytes, a loop is faster than TypedArray.set. */
const LOOP_BYTES = 64;

/**
 * Reads the file in pieces of any size and keeps none of them. The first reading validated the
 * records, so this one only checks that they have not changed.
 */
export class ContentsReader {
  private readonly to: Destination;
  private object = 0;
  private part: number = PART.tag;
  /** Value so far of the current number. */
  private value = 0;
  /** Weight of its next seven bits. */
  private weight = 1;
  /** Bytes left of the current object. */
  private left = 0;
  private hasPointers = false;
  /** Bytes left in front of the first record. */
  private ahead: number;

  constructor(offset: number, to: Destination) {
    this.ahead = offset;
    this.to = to;
  }

  get isDone(): boolean {
    return this.object === this.to.sizes.length;
  }

  push(piece: Uint8Array): void {
    let at = Math.min(this.ahead, piece.length);
    this.ahead -= at;
    while (at < piece.length && !this.isDone) {
      if (this.part === PART.kind) at = this.skip(piece, at);
      if (this.part === PART.contents) at = this.copy(piece, at);
      else at = this.number(piece, at);
    }
  }

  /** Ends the reading. @throws HeapFormatError unless all objects are filled */
  finish(): void {
    if (!this.isDone) this.changed();
  }

  /** Continues the current number and takes it if it ends in `piece`. Returns the next position. */
  private number(piece: Uint8Array, from: number): number {
    let { value, weight } = this;
    for (let at = from; at < piece.length; at++) {
      const byte = piece[at];
      value += (byte & 0x7f) * weight;
      weight *= 0x80;
      if (byte >= 0x80) continue;
      this.value = 0;
      this.weight = 1;
      this.take(value);
      return at + 1;
    }
    this.value = value;
    this.weight = weight;
    return piece.length;
  }

  /** Fast path: skips whole fields whose numbers take one byte each. */
  private skip(piece: Uint8Array, from: number): number {
    const last = piece.length - 2;
    let at = from;
    while (at < last && piece[at] !== 0 && (piece[at] | piece[at + 1]) < 0x80) at += 2;
    this.hasPointers ||= at > from;
    return at;
  }

  private take(value: number): void {
    const { to, object } = this;
    switch (this.part) {
      case PART.tag:
        if (value !== TAG.object) this.changed();
        this.part = PART.address;
        return;
      case PART.address:
        if (value !== to.originAddress + to.offsets[object]) this.changed();
        this.part = PART.size;
        return;
      case PART.size:
        if (value !== to.sizes[object]) this.changed();
        this.left = value;
        this.part = PART.contents;
        return;
      case PART.kind:
        if (value === 0) return this.next();
        this.hasPointers = true;
        this.part = PART.offset;
        return;
      case PART.offset:
        this.part = PART.kind;
    }
  }

  private copy(piece: Uint8Array, at: number): number {
    const { memory, origin, offsets, sizes } = this.to;
    const bytes = Math.min(this.left, piece.length - at);
    const place = origin + offsets[this.object] + sizes[this.object] - this.left;
    if (bytes > LOOP_BYTES) memory.set(piece.subarray(at, at + bytes), place);
    else for (let i = 0; i < bytes; i++) memory[place + i] = piece[at + i];
    this.left -= bytes;
    if (this.left === 0) this.part = PART.kind;
    return at + bytes;
  }

  private next(): void {
    if (this.hasPointers) this.to.onPointers(this.object);
    this.hasPointers = false;
    this.part = PART.tag;
    this.object++;
  }

  private changed(): never {
    throw new HeapFormatError(this.to.name, `has changed since it was opened: object ${this.object} is not where it was`);
  }
}
