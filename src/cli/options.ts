/** Parsers of option values that belong to no machine. Each throws a UsageError that names the allowed values. */
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { MEMORIES, type Memory } from '../explore/weak/memory.ts';
import { LIMITS, duration, either, whole } from '../run/kinds.ts';

/** Returns a parser of whole numbers from `min` to `max`; `what` begins its message. */
export function integer(what: string, min: number, max: number): (text: string) => number {
  const kind = whole(min, max);
  return (text) => kind.parse(text, what);
}

export const parseRuns = integer('--runs', 1, 1000);
export const parseSeed = integer('--seed', 0, LIMITS.seed);
/** Parses a seed of xorshift, which never leaves 0. */
export const parseDrawSeed = integer('--seed', 1, LIMITS.seed);

/** Parses "30", "1.5", "90s", "5m" or "1h" to seconds. */
export function parseSeconds(text: string): number {
  return duration.parse(text, '--seconds');
}

const parseEnvPercent = integer("the environment's GOGC, unless it is 'off',", 0, LIMITS.gogc);

/**
 * Returns the environment's GOGC, as Go's readgogc does: 100 if it is not set, 'off' if it is negative.
 * @throws UsageError if it is not a number
 */
export function readgogc(env: Readonly<Record<string, string | undefined>>): number | 'off' {
  const text = env.GOGC ?? '';
  if (text === '') return 100;
  if (/^-\d+$/.test(text)) return 'off';
  return text === 'off' ? 'off' : parseEnvPercent(text);
}

/** A parser that carries the words it takes, for completion. */
export type WordParser<Name extends string> = ((text: string) => Name) & { readonly names: readonly Name[] };

/** Returns a parser of one of `names`; `what` begins its message. */
export function oneOf<Name extends string>(what: string, names: readonly Name[]): WordParser<Name> {
  function parse(text: string): Name {
    const name = names.find((known) => known === text);
    if (name === undefined) throw new UsageError(`${what} must be ${either(names)}, not '${printable(text)}'`);
    return name;
  }
  return Object.assign(parse, { names });
}

/** Parses names of memory models, joined by commas. A name that is given twice counts once. */
export function parseMemories(text: string): readonly Memory[] {
  return [...new Set(text.split(',').map(oneOf('each model of --memory', MEMORIES)))];
}

/** A name and its value, of `--set name=value`. */
export type Setting = readonly [name: string, value: number];

/** Collects `--set name=value`, given any number of times. */
export function collectSetting(text: string, before: readonly Setting[] = []): readonly Setting[] {
  const match = /^([A-Za-z][\w-]*)=(.+)$/.exec(text);
  const value = match === null ? NaN : Number(match[2]);
  if (match === null || !Number.isFinite(value)) throw new UsageError(`--set needs a name and a number, as in --set depth=12, not '${printable(text)}'`);
  return [...before, [match[1], value]];
}
