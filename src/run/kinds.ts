/**
 * Kinds of option values: each checks a value that a caller gives, and reads one from a word of the
 * command line. A message names the option, the values that are allowed and the value that was given.
 */
import { UsageError } from '../base/fatal.ts';
import { printable, shown } from '../base/printable.ts';

/** A set of values. */
export interface Kind<T> {
  /** Completes "… must be". */
  readonly sentence: string;
  /**
   * Returns a copy of `value`.
   * @param name what the message calls the option
   * @throws UsageError if it is not of this kind
   */
  check(value: unknown, name: string): T;
}

/** A kind that the command line can give, too. */
export interface TextKind<T> extends Kind<T> {
  /**
   * Returns the value that `text` stands for.
   * @param name what the message calls the option, as `--procs`
   * @throws UsageError if there is none
   */
  parse(text: string, name: string): T;
  /** The values, where they are words, for completion. */
  readonly words?: readonly string[];
  /** Returns the word in the machine's memory that stands for `value`; the value itself if there is no such function. */
  wordOf?(value: T): number;
}

/** The largest values of several options; docs/reference/cli.md lists them. */
export const LIMITS = {
  gogc: 100_000,
  seed: 2 ** 32 - 1,
  gcEvery: 1_000_000,
  /** Bytes: offsets in the machine's memory have 32 bits. */
  arena: 4 * 2 ** 30 - 1,
  timeScale: 1_000_000,
  /** A month. */
  seconds: 30 * 24 * 3600,
} as const;

/** Throws the sentence that refuses `value`. @throws UsageError */
export function refuse(name: string, sentence: string, value: unknown): never {
  if (value === undefined) throw new UsageError(`${name} is missing: it must be ${sentence}`);
  throw new UsageError(`${name} must be ${sentence}, not ${shown(value)}`);
}

/** Returns the kind of the values that `accepts` holds for. */
export function custom<T>(sentence: string, accepts: (value: unknown) => boolean): Kind<T> {
  return {
    sentence,
    check: (value, name) => (accepts(value) ? (value as T) : refuse(name, sentence, value)),
  };
}

/** True or false; a flag without a value on the command line. */
export const bool: Kind<boolean> & { wordOf(value: boolean): number } = {
  ...custom<boolean>('true or false', (value) => typeof value === 'boolean'),
  wordOf: Number,
};

/** Functions. */
export function callback<F>(): Kind<F> {
  return custom('a function', (value) => typeof value === 'function');
}

/** Whole numbers from `min` to `max`. */
export function whole(min: number, max: number): TextKind<number> {
  const sentence = `a whole number from ${min} to ${max}`;
  return {
    ...custom(sentence, (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max),
    parse(text, name) {
      const value = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
      return value >= min && value <= max ? value : refuse(name, sentence, text);
    },
  };
}

/** Numbers from `min` to `max`, written without an exponent; `noun` begins the sentence, as "bytes". */
export function number(min: number, max: number, noun = 'a number'): TextKind<number> {
  const sentence = `${noun} from ${min} to ${max}`;
  return {
    ...custom(sentence, (value) => typeof value === 'number' && value >= min && value <= max),
    parse(text, name) {
      const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
      return value >= min && value <= max ? value : refuse(name, sentence, text);
    },
  };
}

/** Texts that are not empty. */
export function text(noun: string): TextKind<string> {
  return {
    ...custom(noun, (value) => typeof value === 'string' && value !== ''),
    parse: (value) => value,
  };
}

/** The names of `words`, each with its number in the machine. */
export function oneOf<Name extends string>(words: Readonly<Record<Name, number>>): TextKind<Name> & { readonly words: readonly Name[] } {
  const names = Object.keys(words) as Name[];
  const sentence = either(names);
  function accept(value: unknown, name: string): Name {
    return names.find((known) => known === value) ?? refuse(name, sentence, value);
  }
  return { sentence, check: accept, parse: accept, words: names, wordOf: (name) => words[name] };
}

/** Lists of names of `bits`, whose numbers are joined to one word; commas join the names on the command line. */
export function namesOf<Name extends string>(bits: Readonly<Record<Name, number>>): TextKind<readonly Name[]> {
  const each = oneOf(bits);
  return {
    ...listOf(each, `a list of ${each.sentence}`),
    parse: (text, name) => text.split(',').map((part) => each.parse(part.trim(), `each name in ${name}`)),
    wordOf: (names) => names.reduce((word, name) => word | bits[name], 0),
  };
}

/** Lists of at most `most` values of the kind `each`. */
export function listOf<T>(each: Kind<T>, sentence: string, most = Infinity): Kind<readonly T[]> {
  return {
    sentence,
    check(value, name) {
      if (!Array.isArray(value)) return refuse(name, sentence, value);
      if (value.length > most) return refuse(name, `at most ${most} numbers`, value);
      return value.map((item, i) => each.check(item, `${name}.${i}`));
    },
  };
}

type KindsOf<T> = { readonly [Key in keyof T]-?: Kind<T[Key]> };

/** Objects whose fields are of these kinds, and all present. */
export function objectOf<T>(fields: KindsOf<T>, sentence: string): Kind<T> {
  return {
    sentence,
    check(value, name) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(name, sentence, value);
      const given = value as Readonly<Record<string, unknown>>;
      return Object.fromEntries(Object.entries<Kind<unknown>>(fields).map(([key, kind]) => [key, kind.check(given[key], `${name}.${key}`)])) as T;
    },
  };
}

/** Objects with any fields, as they are. */
export function recordOf<T>(sentence: string): Kind<Readonly<Record<string, T>>> {
  return {
    sentence,
    check: (value, name) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...(value as Record<string, T>) } : refuse(name, sentence, value)),
  };
}

const SIZE = /^(\d+(?:\.\d+)?)\s*(?:([KMGT])(?:i?B)?|B)?$/i;
const SCALE: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** Returns the bytes of "64M", "1.5G", "512K" or "4096"; NaN for any other text. */
export function parseSize(text: string): number {
  const match = SIZE.exec(text.trim());
  if (match === null) return NaN;
  return Math.floor(Number(match[1]) * (match[2] === undefined ? 1 : SCALE[match[2].toUpperCase()]));
}

/** Times of more than 0 seconds, at most 30 days; on the command line as 30, 90s, 5m or 1h. */
export const duration: TextKind<number> = {
  sentence: `seconds from 0 to ${LIMITS.seconds}`,
  check(value, name) {
    if (value === 0) return refuse(name, 'more than 0 seconds', value);
    return number(0, LIMITS.seconds, 'seconds').check(value, name);
  },
  parse(text, name) {
    const match = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(text);
    const seconds = match === null ? NaN : Number(match[1]) * { '': 1, s: 1, m: 60, h: 3600 }[match[2] as '' | 's' | 'm' | 'h'];
    if (seconds > 0 && seconds <= LIMITS.seconds) return seconds;
    throw new UsageError(`${name} must be a time such as 30, 90s, 5m or 1h, at most 30 days, not '${printable(text)}'`);
  },
};

/** Returns "a, b or c". */
export function either(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names[names.length - 1]}`;
}
