/** A cursor in a Java heap dump that arrives in buffers. Reads big-endian numbers, and ids of 4 or 8 bytes. */
import { RecordCursor } from './record-cursor.ts';

export class HprofCursor extends RecordCursor {
  /** Bytes of an id; 0 until the header is read. */
  idBytes = 0;
  /** Bytes left for `skipMore` to skip. */
  private toSkip = 0;

  get isSkipping(): boolean {
    return this.toSkip > 0;
  }

  u1(): number {
    this.need(1);
    return this.buf[this.pos++];
  }

  u2(): number {
    this.need(2);
    const { buf, pos } = this;
    this.pos = pos + 2;
    return (buf[pos] << 8) | buf[pos + 1];
  }

  u4(): number {
    this.need(4);
    const value = wordAt(this.buf, this.pos);
    this.pos += 4;
    return value;
  }

  /** Reads an id. It is exact below 2^53. */
  id(): number {
    return this.idBytes === 4 ? this.u4() : this.u4() * 2 ** 32 + this.u4();
  }

  /** Skips bytes that must be in the buffer. */
  pass(bytes: number): void {
    this.need(bytes);
    this.pos += bytes;
  }

  /** Marks any number of bytes from here on as unused. `skipMore` skips them, a buffer at a time. */
  skip(bytes: number): void {
    this.toSkip = bytes;
  }

  /** Skips the bytes to skip that are in the buffer, at least one. */
  skipMore(): void {
    this.need(1);
    const bytes = Math.min(this.toSkip, this.end - this.pos);
    this.pos += bytes;
    this.toSkip -= bytes;
  }
}

/** Returns the big-endian 32-bit number at `pos`. */
export function wordAt(buf: Uint8Array, pos: number): number {
  return ((buf[pos] << 24) | (buf[pos + 1] << 16) | (buf[pos + 2] << 8) | buf[pos + 3]) >>> 0;
}
