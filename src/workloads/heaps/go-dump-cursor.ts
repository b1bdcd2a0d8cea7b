/** A place in a Go heap dump that arrives in buffers: numbers, truth values, bytes and texts. */
import { RecordCursor, SHORT } from './record-cursor.ts';

/** Weight of the tenth and last byte of a number of 64 bits. */
const LAST_WEIGHT = 2 ** 63;

export class DumpCursor extends RecordCursor {
  /** A number of 64 bits in groups of seven, lowest first; exact below 2^53. */
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

  uvarints(count: number): void {
    for (let i = 0; i < count; i++) this.uvarint();
  }

  /** 0 or 1, as Go writes its bools. */
  bool(): boolean {
    const value = this.uvarint();
    if (value > 1) this.fail(`a truth value is ${value} instead of 0 or 1`);
    return value === 1;
  }

  /** Passes over bytes and their length in front; returns the length. They end at `pos`. */
  bytes(what: string, most: number): number {
    const length = this.uvarint();
    if (length > most) this.fail(`${what} takes ${length} bytes, more than ${most}`);
    this.need(length);
    this.pos += length;
    return length;
  }

  /** Bytes as text. */
  text(what: string, most: number): string {
    const length = this.bytes(what, most);
    return Buffer.from(this.buf.subarray(this.pos - length, this.pos)).toString();
  }
}
