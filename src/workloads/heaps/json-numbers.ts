/**
 * Reads an array of numbers, `[1,2,3…]`, into a Float64Array that the caller reuses. Such arrays make up
 * nine tenths of a heap snapshot. Whole numbers of up to 15 digits, nearly all, are read exactly and
 * without an allocation. Any other number is read as JSON.parse reads it. The caller checks the range of
 * the numbers that it uses.
 */
import { CLOSE_ARRAY, COMMA, DIGIT_0, MINUS, OPEN_ARRAY, isSpace } from './json-bytes.ts';
import { MAX_SCALAR_BYTES, NUMBER } from './json-skip.ts';
import { printable } from '../../base/printable.ts';
import type { JsonCursor } from './json-cursor.ts';

/** Numbers of up to this many digits fit V8's small integers, which keeps the loop fast. */
const FAST_DIGITS = 9;
/** Numbers of up to this many digits are exact. */
const EXACT_DIGITS = 15;

const LEADING_ZERO = 'a number begins with a superfluous 0';

const BEFORE_FIRST = 0;
const AFTER_COMMA = 1;
const AFTER_VALUE = 2;
const CLOSED = 3;

/** By byte: 1 if it can continue a number. */
const CONTINUES = new Uint8Array(256);
for (const char of '0123456789.eE+-') CONTINUES[char.charCodeAt(0)] = 1;

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

  /** Fills `out`. Returns the number of entries read: fewer than its length only at the end of the array. */
  async fill(out: Float64Array): Promise<number> {
    let n = this.scan(out, 0);
    while (n < out.length && this.state !== CLOSED) {
      await this.cursor.more();
      n = this.scan(out, n);
    }
    return n;
  }

  /** Reads on into `out[n]` until `out` is full, the array ends or bytes are missing. Returns the new n. */
  private scan(out: Float64Array, n: number): number {
    const { cursor } = this;
    const { buf, end } = cursor;
    let { pos } = cursor;
    let state = this.state;
    while (pos < end && n < out.length && state !== CLOSED) {
      const first = buf[pos] - DIGIT_0;
      if ((first >= 0 && first <= 9) || buf[pos] === MINUS) {
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
        if (pos === end || CONTINUES[buf[pos]] === 1 || first < 0) {
          pos = numberEnd(buf, start, end);
          if (pos - start > MAX_SCALAR_BYTES) return this.fail(start, `a number is longer than ${MAX_SCALAR_BYTES} bytes`);
          if (pos === end) {
            pos = start; // the next buffer may continue the number
            break;
          }
          value = this.parse(start, pos);
        } else if (first === 0 && pos > start + 1) {
          return this.fail(start, LEADING_ZERO);
        }
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
    return cursor.unexpected(state === AFTER_VALUE ? "',' or ']'" : 'a number');
  }

  /** Parses the complete number from `start` to `end`. */
  private parse(start: number, end: number): number {
    const { buf } = this.cursor;
    const exact = end - start <= EXACT_DIGITS ? parseDigits(buf, start, end) : -1;
    if (exact !== -1 && (buf[start] !== DIGIT_0 || end === start + 1)) return exact;
    const text = String.fromCharCode(...buf.subarray(start, end));
    if (NUMBER.test(text)) return Number(text);
    return this.fail(start, /^-?0[0-9]/.test(text) ? LEADING_ZERO : `"${printable(text, 20)}" is no number`);
  }

  private fail(start: number, problem: string): never {
    this.cursor.pos = start;
    return this.cursor.fail(problem);
  }
}

/** Returns the end of the number at `start`. Looks no further than one byte past the longest allowed number. */
function numberEnd(buf: Uint8Array, start: number, end: number): number {
  const limit = Math.min(end, start + MAX_SCALAR_BYTES + 1);
  let pos = start;
  while (pos < limit && CONTINUES[buf[pos]] === 1) pos++;
  return pos;
}

/** Returns the value of the digits from `start` to `end`, or -1 if another byte is among them. */
function parseDigits(buf: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = buf[i] - DIGIT_0;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
