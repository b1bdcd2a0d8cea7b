/**
 * Kinds of option values. A kind is a zod schema, which checks the value that a caller of the library
 * gives, and often a parser of the word that the command line gives. The schema's errors are not
 * sentences of their own: each completes "… must be", and `check` puts the option's name before it
 * and the refused value after it.
 *
 * Loading zod takes 60 ms, so only modules of commands import this file: neither the list of
 * commands nor the worker threads need it.
 */
import { z } from 'zod';
import { UsageError } from '../base/fatal.ts';
import { printable, shown } from '../base/printable.ts';
import { hint } from '../base/suggest.ts';

/** The part of a zod schema that a caller of the library sees, so that its types need no zod. */
export interface Schema<T> {
  safeParse(value: unknown): { readonly success: boolean; readonly data?: T | undefined };
}

/** A set of values. */
export interface Kind<T> {
  readonly schema: Schema<T>;
  /** Returns the word in the machine's memory that stands for `value`; the value itself if there is no such function. */
  wordOf?(value: T): number;
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
}

/** The largest values of several options; docs/reference/cli.md lists them. */
export const LIMITS = {
  gogc: 100_000,
  seed: 2 ** 32 - 1,
  gcEvery: 1_000_000,
  /** Bytes: offsets in the machine's memory have 32 bits. */
  arena: 8 * 2 ** 30 - 1,
  timeScale: 1_000_000,
  /** A month. */
  seconds: 30 * 24 * 3600,
} as const;

/**
 * Returns a copy of `value`.
 * @param name what the message calls the value, whose parts it calls `name.field` and `name.0`;
 *   without it, the value is the options themselves
 * @throws UsageError for the first part that `schema` refuses
 */
export function check<T>(schema: Schema<T>, value: unknown, name?: string): T {
  const result = zodOf(schema).safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = [...(name === undefined ? [] : [name]), ...issue.path.map(String)];
  if (issue.code === 'unrecognized_keys') throw new UsageError(`there is no option ${shown([...path, issue.keys[0]].join('.'))}${issue.message}`);
  const refused = issue.path.reduce<unknown>((whole, key) => (whole as Readonly<Record<PropertyKey, unknown>>)[key], value);
  if (refused === undefined && path.length > 0) throw new UsageError(`${path.join('.')} is missing: it must be ${issue.message}`);
  throw new UsageError(`${path.join('.') || 'the options'} must be ${issue.message}, not ${shown(refused)}`);
}

/** Every schema is made by zod. */
function zodOf<T>(schema: Schema<T>): z.ZodType<T> {
  return schema as z.ZodType<T>;
}

/** Returns the kind of the values of `schema`, which words of the form `written` give after `convert`. */
function textKind<T>(schema: z.ZodType<T>, written: RegExp, convert: (text: string) => unknown): TextKind<T> {
  const fromText = z.string().transform((text) => (written.test(text) ? convert(text) : NaN)).pipe(schema as z.ZodType<T, unknown>);
  return { schema, parse: (text, name) => check(fromText, text, name) };
}

/** Returns the kind of the values that `accepts` holds for. */
export function custom<T>(sentence: string, accepts: (value: unknown) => boolean): Kind<T> {
  return { schema: z.custom<T>(accepts, { error: sentence }) };
}

/** True or false; a flag without a value on the command line. */
export const bool: Kind<boolean> = { schema: z.boolean({ error: 'true or false' }), wordOf: Number };

/** Functions. */
export function callback<F>(): Kind<F> {
  return custom('a function', (value) => typeof value === 'function');
}

/** Whole numbers from `min` to `max`. */
export function whole(min: number, max: number, error = `a whole number from ${min} to ${max}`): TextKind<number> {
  return textKind(z.int({ error }).min(min, { error }).max(max, { error }), /^[+-]?\d+$/, Number);
}

/** Numbers from `min` to `max`, written without an exponent; `noun` begins the sentence, as "bytes". */
export function number(min: number, max: number, noun = 'a number'): TextKind<number> {
  return textKind(between(min, max, noun), /^\d+(\.\d+)?$/, Number);
}

function between(min: number, max: number, noun: string): z.ZodNumber {
  const error = `${noun} from ${min} to ${max}`;
  return z.number({ error }).min(min, { error }).max(max, { error });
}

/** Texts that are not empty. */
export function text(noun: string): TextKind<string> {
  return { schema: z.string({ error: noun }).min(1, { error: noun }), parse: (value) => value };
}

/** The names of `words`, each with its number in the machine. */
export function oneOf<Name extends string>(words: Readonly<Record<Name, number>>): TextKind<Name> & { readonly words: readonly Name[] } {
  const names = Object.keys(words) as Name[];
  const schema = z.enum(names as [Name, ...Name[]], { error: either(names) }) as unknown as z.ZodType<Name>;
  return { schema, parse: (text, name) => check(schema, text, name), words: names, wordOf: (name) => words[name] };
}

/** Lists of names of `bits`, whose numbers are joined to one word; commas join the names on the command line. */
export function namesOf<Name extends string>(bits: Readonly<Record<Name, number>>): TextKind<readonly Name[]> {
  const each = oneOf(bits);
  return {
    ...listOf(each, `a list of ${either(each.words)}`),
    parse: (text, name) => text.split(',').map((part) => each.parse(part.trim(), `each name in ${name}`)),
    wordOf: (names) => names.reduce((word, name) => word | bits[name], 0),
  };
}

/** Lists of the kind `each`; `most` bounds lists of numbers. */
export function listOf<T>(each: Kind<T>, sentence: string, most = Infinity): Kind<readonly T[]> {
  return { schema: z.array(zodOf(each.schema), { error: sentence }).max(most, { error: `at most ${most} numbers` }) };
}

/** Values of one of two kinds, neither of which refuses with the sentence of the other. */
export function oneOfTwo<A, B>(one: Kind<A>, other: Kind<B>, sentence: string): Kind<A | B> {
  return { schema: z.union([zodOf(one.schema), zodOf(other.schema)], { error: sentence }) };
}

type SchemasOf<T> = { readonly [Key in keyof T]-?: z.ZodType<T[Key]> };

/** Objects with these fields; any other field is left out. */
export function objectOf<T>(fields: { readonly [Key in keyof T]-?: Kind<T[Key]> }, sentence: string): Kind<T> {
  const shape = Object.fromEntries(Object.entries<Kind<unknown>>(fields).map(([key, { schema }]) => [key, schema])) as SchemasOf<T>;
  return { schema: z.object(shape, { error: sentence }) as unknown as z.ZodType<T> };
}

/** Returns the schema of objects that have these fields, each of which may be missing unless it is `required`, and no others. */
export function fieldsOf<T>(fields: Readonly<Record<string, Kind<unknown>>>, sentence: string, required: readonly string[] = []): Schema<T> {
  const shape = Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, required.includes(name) ? zodOf(schema) : zodOf(schema).optional()]));
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? hint((issue.keys as string[])[0], Object.keys(fields)) : sentence),
  }) as unknown as z.ZodType<T>;
}

/** Objects with numbers of any name; the workload checks them. */
export function recordOf<T>(sentence: string): Kind<Readonly<Record<string, T>>> {
  return { schema: z.record(z.string(), z.custom<T>(), { error: sentence }) };
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
  schema: between(0, LIMITS.seconds, 'seconds').gt(0, { error: 'more than 0 seconds' }),
  parse(text, name) {
    const match = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(text);
    const seconds = match === null ? NaN : Number(match[1]) * { '': 1, s: 1, m: 60, h: 3600 }[match[2] as '' | 's' | 'm' | 'h'];
    if (duration.schema.safeParse(seconds).success) return seconds;
    throw new UsageError(`${name} must be a time such as 30, 90s, 5m or 1h, at most 30 days, not '${printable(text)}'`);
  },
};

/** Returns "a, b or c". */
export function either(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names[names.length - 1]}`;
}
