/** Formats the values of a trace. */
import { formatValue } from '../../inspect/name-value.ts';
import { wordOf } from './access.ts';
import type { Access, Trace } from './trace.ts';

/** Returns the text of a value of the word that `access` touched, which is called `word`: `in use`, `0xf0`, `42`, `5n`. */
export function valueText(trace: Trace, access: Access, word: string, value: number): string {
  return trace.show(wordOf(access), value) ?? formatValue(word, value);
}
