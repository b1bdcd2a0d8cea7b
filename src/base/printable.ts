/** Text from files and users, made safe for a terminal. */

/** Longest text that is printed whole, in UTF-16 code units. */
const LONGEST = 120;

/**
 * Returns `text` on one line of at most `longest` characters: control characters, line separators
 * and bidirectional overrides are escaped as `\xNN` or `\uNNNN`, and a longer text ends in `…`.
 * Every name that comes from a file or a user's module passes through here before it is printed.
 */
export function printable(text: string, longest = LONGEST): string {
  // Escape only what can be shown: a name of many megabytes must not be scanned whole.
  const safe = text.slice(0, longest + 1).replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, escapeCharacter);
  return safe.length <= longest ? safe : `${safe.slice(0, longest - 1)}…`;
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) as number;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
}

/** A value that a caller gave, for a message: a text in quotes, a number as it is, anything else by its kind. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `'${printable(value)}'`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
