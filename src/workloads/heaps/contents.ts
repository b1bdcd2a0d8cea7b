/**
 * What is in the objects of a dump that this machine wrote. That is as much as the heap itself, so
 * it is not kept while the dump is read: once the machine is there, the file is read a second time,
 * straight into the machine's memory.
 */
import { HeapFormatError } from './format-error.ts';
import { TAG } from './go-dump-format.ts';

/** The objects' records, which follow one another in the order of their addresses. */
export interface Contents {
  /** Offset of the first record in the file. */
  readonly offset: number;
  /** All bytes of the file, from its beginning. */
  readonly bytes: () => AsyncIterable<Uint8Array>;
}

/** Where the objects go, by their numbers. */
export interface Destination {
  /** What messages call the file. */
  readonly name: string;
  readonly memory: Uint8Array;
  /** Where offset 0 is in `memory`, and its address in the file. */
  readonly origin: number;
  readonly originAddress: number;
  readonly offsets: Uint32Array;
  readonly sizes: Uint32Array;
  /** Called with each object that may hold pointers. */
  readonly onPointers: (object: number) => void;
}

/** What the next byte belongs to. */
const PART = { tag: 0, address: 1, size: 2, contents: 3, kind: 4, offset: 5 } as const;
/** Below this many bytes a call into the engine costs more than the loop. */
const LOOP_BYTES = 64;

/**
 * Takes the file in pieces of any size and keeps nothing of them. The records have been read
 * before and found right; they are only checked for being the same still.
 */
export class ContentsReader {
  private readonly to: Destination;
  private object = 0;
  private part: number = PART.tag;
  /** The number that is being read, and the weight of its next seven bits. */
  private value = 0;
  private weight = 1;
  /** Bytes of the object that are still to come. */
  private left = 0;
  private hasPointers = false;
  /** Bytes of the file in front of the first record that are still to come. */
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

  /** @throws HeapFormatError unless all objects have come */
  finish(): void {
    if (!this.isDone) this.changed();
  }

  /** Reads on in a number, and takes it if it ends in `piece`; returns where it stopped. */
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

  /** Passes over whole fields whose numbers have one byte each, as most have. */
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
