/**
 * Reads `[1,2,3…]`, the one shape that makes up nine tenths of a heap snapshot: whole numbers
 * from 0 to 2^53 - 1, unpacked into a Float64Array that the caller reuses. No value is
 * allocated on the way.
 */
import { CLOSE_ARRAY, COMMA, DIGIT_0, MINUS, OPEN_ARRAY, POINT, isSpace } from './json-bytes.ts';
import type { JsonCursor } from './json-cursor.ts';

/** So many digits always fit a small integer of V8, which is what makes the loop fast. */
const FAST_DIGITS = 9;
/** Digits of 2^53 - 1. */
const MAX_DIGITS = 16;

const BEFORE_FIRST = 0;
const AFTER_COMMA = 1;
const AFTER_VALUE = 2;
const CLOSED = 3;

export class NumberArrayReader {
  private readonly cursor: JsonCursor;
  private state = BEFORE_FIRST;

  private constructor(cursor: JsonCursor) {
    this.cursor = cursor;
  }

  /** Reads the bracket that opens the array. */
  static async open(cursor: JsonCursor): Promise<NumberArrayReader> {
    await cursor.expect(OPEN_ARRAY);
    return new NumberArrayReader(cursor);
  }

  /** Fills `out` and returns how many numbers it got: fewer than its length only at the end. */
  async fill(out: Float64Array): Promise<number> {
    let n = this.scan(out, 0);
    while (n < out.length && this.state !== CLOSED) {
      await this.cursor.more();
      n = this.scan(out, n);
    }
    return n;
  }

  /** Goes on from `out[n]` until `out` is full, the array ends or bytes are missing. */
  private scan(out: Float64Array, n: number): number {
    const { cursor } = this;
    const { buf, end } = cursor;
    let { pos } = cursor;
    let state = this.state;
    while (pos < end && n < out.length && state !== CLOSED) {
      const first = buf[pos] - DIGIT_0;
      if (first >= 0 && first <= 9) {
        if (state === AFTER_VALUE) return this.refuse(state, pos);
        const start = pos++;
        const fastEnd = Math.min(end, start + FAST_DIGITS);
        let value = first;
        while (pos < fastEnd) {
          const digit = buf[pos] - DIGIT_0;
          if (digit < 0 || digit > 9) break;
          value = value * 10 + digit;
          pos++;
        }
        if (pos === end || (pos === fastEnd && isDigit(buf[pos]))) {
          pos = digitsEnd(buf, start, end);
          if (pos - start > MAX_DIGITS) return this.tooLarge(start);
          if (pos === end) {
            pos = start; // its last digits may be in the next buffer
            break;
          }
          value = parseDigits(buf, start, pos);
          if (value > Number.MAX_SAFE_INTEGER) return this.tooLarge(start);
        }
        if (first === 0 && pos > start + 1) return this.leadingZero(start);
        out[n++] = value;
        if (buf[pos] === COMMA) {
          pos++;
          state = AFTER_COMMA;
        } else {
          state = AFTER_VALUE;
        }
      } else if (isSpace(buf[pos])) {
        pos++;
      } else if (buf[pos] === COMMA && state === AFTER_VALUE) {
        pos++;
        state = AFTER_COMMA;
      } else if (buf[pos] === CLOSE_ARRAY && state !== AFTER_COMMA) {
        pos++;
        state = CLOSED;
      } else {
        return this.refuse(state, pos);
      }
    }
    this.state = state;
    cursor.pos = pos;
    return n;
  }

  private refuse(state: number, pos: number): never {
    const { cursor } = this;
    cursor.pos = pos;
    const byte = cursor.buf[pos];
    if (state !== AFTER_VALUE && byte === MINUS) cursor.fail('a number is negative');
    if (state === AFTER_VALUE && (byte === POINT || byte === 0x65 || byte === 0x45)) {
      cursor.fail('a number has a fraction or an exponent');
    }
    return cursor.unexpected(state === AFTER_VALUE ? "',' or ']'" : 'a whole number');
  }

  private tooLarge(start: number): never {
    this.cursor.pos = start;
    return this.cursor.fail('a number is larger than 2^53 - 1');
  }

  private leadingZero(start: number): never {
    this.cursor.pos = start;
    return this.cursor.fail('a number begins with a superfluous 0');
  }
}

function isDigit(byte: number): boolean {
  return byte >= DIGIT_0 && byte <= DIGIT_0 + 9;
}

/** Where the digits from `start` end, looking no further than it takes to be too many. */
function digitsEnd(buf: Uint8Array, start: number, end: number): number {
  const limit = Math.min(end, start + MAX_DIGITS + 1);
  let pos = start;
  while (pos < limit && isDigit(buf[pos])) pos++;
  return pos;
}

function parseDigits(buf: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) value = value * 10 + (buf[i] - DIGIT_0);
  return value;
}
