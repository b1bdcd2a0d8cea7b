/** A cursor in a Go heap dump that arrives in buffers. Reads numbers, booleans, bytes and texts. */
import { RecordCursor, SHORT } from './record-cursor.ts';

/** Weight of the tenth and last byte of a number of 64 bits. */
const LAST_WEIGHT = 2 ** 63;

export class DumpCursor extends RecordCursor {
  /** Reads a 64-bit number in groups of seven bits, the lowest first. The result is exact below 2^53. */
  uvarint(): number {
    const { buf, end } = this;
    let pos = this.pos;
    if (pos >= end) throw SHORT;
    let byte = buf[pos++];
    let value = byte & 0x7f;
    for (let weight = 0x80; byte >= 0x80; weight *= 0x80) {
      if (pos >= end) throw SHORT;
      byte = buf[pos++];
      if (weight === LAST_WEIGHT && byte > 1) this.fail('a number is longer than 64 bits');
      value += (byte & 0x7f) * weight;
    }
    this.pos = pos;
    return value;
  }

  /** Skips `count` numbers. */
  uvarints(count: number): void {
    for (let i = 0; i < count; i++) this.uvarint();
  }

  /** Reads a Go bool: the number 0 or 1. */
  bool(): boolean {
    const value = this.uvarint();
    if (value > 1) this.fail(`a truth value is ${value} instead of 0 or 1`);
    return value === 1;
  }

  /** Skips bytes and the length in front of them. Returns the length; the bytes end at `pos`. */
  bytes(what: string, most: number): number {
    const length = this.uvarint();
    if (length > most) this.fail(`${what} takes ${length} bytes, more than ${most}`);
    this.need(length);
    this.pos += length;
    return length;
  }

  /** Reads bytes as text. */
  text(what: string, most: number): string {
    const length = this.bytes(what, most);
    return Buffer.from(this.buf.subarray(this.pos - length, this.pos)).toString();
  }
}
