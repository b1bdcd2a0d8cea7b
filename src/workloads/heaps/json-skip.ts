/**
 * Skips one JSON value of any kind and checks its syntax, without storing it. A stack of fixed depth
 * tracks the nesting, so no file can overflow the call stack.
 */
import {
  BACKSLASH, CLOSE_ARRAY, CLOSE_OBJECT, COLON, COMMA, DIGIT_0, LETTER_U, OPEN_ARRAY, OPEN_OBJECT,
  QUOTE, SPACE, isSpace,
} from './json-bytes.ts';
import { printable } from '../../base/printable.ts';
import type { JsonCursor } from './json-cursor.ts';

/** Most nested brackets. V8 nests 3 deep, and `trace_tree` at most 64 frames more. */
const MAX_DEPTH = 1000;
/** Most bytes of a number or a word. */
export const MAX_SCALAR_BYTES = 1024;
export const NUMBER = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;

/** States of the grammar, by the allowed next token. */
const VALUE = 0;
const VALUE_OR_END = 1;
const KEY = 2;
const KEY_OR_END = 3;
const AFTER_KEY = 4;
const AFTER_VALUE = 5;
const WANTED = ['a value', "a value or ']'", 'a key', "a key or '}'", "':'", "',' or the end"];

/** States within a string. After \u the state counts down from FIRST_HEX to LAST_HEX. */
const OUTSIDE = 0;
const INSIDE = 1;
const ESCAPE = 2;
const LAST_HEX = 3;
const FIRST_HEX = 6;

const ENDS_SCALAR = new Uint8Array(256);
for (const char of ' \n\r\t,:[]{}"') ENDS_SCALAR[char.charCodeAt(0)] = 1;
const ESCAPABLE = new Uint8Array(256);
for (const char of '"\\/bfnrtu') ESCAPABLE[char.charCodeAt(0)] = 1;

/** Skips one value. @param onBytes called with its bytes, piece by piece; the callee must copy them */
export async function skipValue(
  cursor: JsonCursor,
  onBytes?: (bytes: Uint8Array) => void,
): Promise<void> {
  await cursor.peek();
  const skipper = new Skipper(cursor);
  for (;;) {
    const from = cursor.pos;
    const done = skipper.scan();
    onBytes?.(cursor.buf.subarray(from, cursor.pos));
    if (done) return;
    await cursor.more();
  }
}

class Skipper {
  private readonly cursor: JsonCursor;
  /** The open brackets, outermost first. */
  private readonly open = new Uint8Array(MAX_DEPTH);
  private depth = 0;
  private state = VALUE;
  private string = OUTSIDE;

  constructor(cursor: JsonCursor) {
    this.cursor = cursor;
  }

  /** Reads on. Returns true once the value is complete, false if bytes are missing. */
  scan(): boolean {
    const { cursor } = this;
    const { buf, end } = cursor;
    while (cursor.pos < end) {
      if (this.string !== OUTSIDE) {
        this.scanString();
        if (this.string !== OUTSIDE) return false;
      } else {
        const byte = buf[cursor.pos];
        if (isSpace(byte)) cursor.pos++;
        else if (byte === QUOTE) this.beginString();
        else if (byte === COMMA || byte === COLON) this.separate(byte);
        else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) this.enter(byte);
        else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) this.leave(byte);
        else if (!this.scalar()) return false;
      }
      if (this.depth === 0 && this.state === AFTER_VALUE && this.string === OUTSIDE) return true;
    }
    return false;
  }

  private beginString(): void {
    if (this.state > KEY_OR_END) this.unexpected();
    // The state is already that after the string. Only `string` tells that the cursor is inside.
    this.state = this.state >= KEY ? AFTER_KEY : AFTER_VALUE;
    this.string = INSIDE;
    this.cursor.pos++;
  }

  /** Skips a string or a part of it. Strings are a fifth of a snapshot, so plain bytes take a fast path. */
  private scanString(): void {
    const { cursor } = this;
    const { buf, end } = cursor;
    let { pos } = cursor;
    let string = this.string;
    while (pos < end) {
      const byte = buf[pos++];
      if (string === INSIDE) {
        if (byte > QUOTE && byte !== BACKSLASH) continue;
        if (byte === QUOTE) {
          string = OUTSIDE;
          break;
        }
        if (byte === BACKSLASH) string = ESCAPE;
        else if (byte < SPACE) this.badString(pos, 'an unescaped control character');
      } else if (string === ESCAPE) {
        if (ESCAPABLE[byte] === 0) this.badString(pos, 'an unknown escape');
        string = byte === LETTER_U ? FIRST_HEX : INSIDE;
      } else {
        if (!isHex(byte)) this.badString(pos, 'a \\u without four hex digits');
        string = string === LAST_HEX ? INSIDE : string - 1;
      }
    }
    this.string = string;
    cursor.pos = pos;
  }

  private separate(byte: number): void {
    if (byte === COLON) {
      if (this.state !== AFTER_KEY) this.unexpected();
      this.state = VALUE;
    } else {
      if (this.state !== AFTER_VALUE) this.unexpected();
      this.state = this.open[this.depth - 1] === OPEN_OBJECT ? KEY : VALUE;
    }
    this.cursor.pos++;
  }

  private enter(bracket: number): void {
    if (this.state > VALUE_OR_END) this.unexpected();
    if (this.depth === MAX_DEPTH) this.cursor.fail(`nests deeper than ${MAX_DEPTH} levels`);
    this.open[this.depth++] = bracket;
    this.state = bracket === OPEN_OBJECT ? KEY_OR_END : VALUE_OR_END;
    this.cursor.pos++;
  }

  private leave(bracket: number): void {
    const opened = bracket === CLOSE_ARRAY ? OPEN_ARRAY : OPEN_OBJECT;
    const mayBeEmpty = bracket === CLOSE_ARRAY ? VALUE_OR_END : KEY_OR_END;
    const complete = this.state === AFTER_VALUE || this.state === mayBeEmpty;
    if (!complete || this.depth === 0 || this.open[this.depth - 1] !== opened) this.unexpected();
    this.depth--;
    this.state = AFTER_VALUE;
    this.cursor.pos++;
  }

  /** Skips a number or a word. Returns false if its end is not in the buffer yet. */
  private scalar(): boolean {
    if (this.state > VALUE_OR_END) this.unexpected();
    const { cursor } = this;
    const { buf, pos: start, end } = cursor;
    let pos = start;
    let digitsOnly = true;
    while (pos < end && ENDS_SCALAR[buf[pos]] === 0) {
      if (buf[pos] < DIGIT_0 || buf[pos] > DIGIT_0 + 9) digitsOnly = false;
      pos++;
    }
    if (pos - start > MAX_SCALAR_BYTES) {
      cursor.fail(`a number or word is longer than ${MAX_SCALAR_BYTES} bytes`);
    }
    if (pos === end) return false;
    // Most are plain indices, which are valid without a look at the text.
    if (!digitsOnly || (buf[start] === DIGIT_0 && pos > start + 1)) {
      const text = String.fromCharCode(...buf.subarray(start, pos));
      const word = text === 'true' || text === 'false' || text === 'null';
      if (!word && !NUMBER.test(text)) {
        cursor.fail(`"${printable(text, 20)}" is no JSON value`);
      }
    }
    cursor.pos = pos;
    this.state = AFTER_VALUE;
    return true;
  }

  private unexpected(): never {
    return this.cursor.unexpected(WANTED[this.state]);
  }

  private badString(pos: number, what: string): never {
    this.cursor.pos = pos;
    return this.cursor.fail(`a string holds ${what}`, 1);
  }
}

function isHex(byte: number): boolean {
  const letter = byte | 0x20;
  return (byte >= DIGIT_0 && byte <= DIGIT_0 + 9) || (letter >= 0x61 && letter <= 0x66);
}
