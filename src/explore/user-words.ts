/** Names that a scenario gives to its own words. */
import { CONFIG, Config } from '../memory/config.ts';

/** By name: the place of a word, or a place and a number of words, counted from the first word of the globals. */
export type Words = Readonly<Record<string, number | readonly [at: number, words: number]>>;

export function isWords(words: unknown): words is Words {
  if (typeof words !== 'object' || words === null || Array.isArray(words)) return false;
  return Object.values(words).every((place) => isPlace(place) || (Array.isArray(place) && place.length === 2 && place.every(isPlace)));
}

function isPlace(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Returns the declared name of the word `at` of `m`, as `LOCK` or `BUF[2]`; undefined if it has none. */
export function nameUserWord(words: Words, m: Int32Array, at: number): string | undefined {
  const offset = at - m[CONFIG + Config.at.bss];
  for (const [name, place] of Object.entries(words)) {
    const [from, count] = typeof place === 'number' ? [place, 1] : place;
    if (offset >= from && offset < from + count) return count === 1 ? name : `${name}[${offset - from}]`;
  }
  return undefined;
}
