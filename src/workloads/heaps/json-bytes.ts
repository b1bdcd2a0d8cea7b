/** Bytes of the JSON grammar, and the form of a byte in messages. */
export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const MINUS = 0x2d;
export const DIGIT_0 = 0x30;
export const COLON = 0x3a;
export const OPEN_ARRAY = 0x5b;
export const BACKSLASH = 0x5c;
export const CLOSE_ARRAY = 0x5d;
export const LETTER_U = 0x75;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;
/** Smaller bytes are control characters, which a string must escape. */
export const SPACE = 0x20;

export function isSpace(byte: number): boolean {
  return byte === 0x0a || byte === SPACE || byte === 0x0d || byte === 0x09;
}

/** Formats a byte for messages: `'x'`, or `byte 0x1f` for an unprintable one. */
export function show(byte: number): string {
  if (byte > SPACE && byte < 0x7f) return `'${String.fromCharCode(byte)}'`;
  return `byte 0x${byte.toString(16).padStart(2, '0')}`;
}
