/**
 * The strings of a JSON array, each cut to a length that can be shown. A pool takes as many bytes as the cut strings and
 * four more for each: a snapshot may have millions, and some of them are whole source files.
 */
import { GrowableUint32 } from './growable.ts';
import { BACKSLASH, QUOTE } from './json-bytes.ts';

/** Most bytes of a string that are kept, with its escapes. */
const KEPT_BYTES = 240;
const FIRST_BYTES = 1 << 16;

export class StringPool {
  private bytes = Buffer.alloc(FIRST_BYTES);
  private used = 0;
  /** By string: its end in `bytes`. */
  private readonly ends = new GrowableUint32();
  private endOf: Uint32Array | undefined;
  private isInside = false;
  private isEscaped = false;
  private start = 0;

  /** Takes the next bytes of the array, which is valid JSON. */
  add(piece: Uint8Array): void {
    for (const byte of piece) {
      if (!this.isInside) {
        this.isInside = byte === QUOTE;
        this.start = this.used;
      } else if (byte === QUOTE && !this.isEscaped) {
        this.ends.push(this.used);
        this.isInside = false;
      } else {
        this.isEscaped = byte === BACKSLASH && !this.isEscaped;
        if (this.used - this.start < KEPT_BYTES) this.keep(byte);
      }
    }
  }

  /** Returns the string number `i`, or '' if there is none. A cut string ends in an ellipsis. */
  at(i: number): string {
    this.endOf ??= this.ends.finish();
    if (!(i < this.endOf.length)) return '';
    const raw = this.bytes.toString('utf8', i === 0 ? 0 : this.endOf[i - 1], this.endOf[i]);
    const isCut = this.endOf[i] - (i === 0 ? 0 : this.endOf[i - 1]) >= KEPT_BYTES;
    // The cut may split a character or an escape.
    const whole = isCut ? raw.replace(/\uFFFD*$|\\(u[0-9a-f]{0,3})?$/i, '').replace(/(?<!\\)((?:\\\\)*)\\$/, '$1') : raw;
    return parse(whole) + (isCut ? '…' : '');
  }

  private keep(byte: number): void {
    if (this.used === this.bytes.length) {
      const larger = Buffer.alloc(2 * this.bytes.length);
      this.bytes.copy(larger);
      this.bytes = larger;
    }
    this.bytes[this.used++] = byte;
  }
}

function parse(raw: string): string {
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return raw;
  }
}
