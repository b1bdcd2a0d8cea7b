/** Formats values of words: states as names, bits in hex, other numbers in decimal. */
import { formatAs, type ValueForm } from './value-form.ts';
import { G_STATUS, WAIT_REASONS } from '../machine/g.ts';
import { PHASES } from '../machine/m.ts';
import { P_STATUS } from '../machine/p.ts';
import { SPAN_STATE } from '../heap/span.ts';

/** By the name of the word, the names of its values. */
const STATES: readonly (readonly [word: RegExp, names: readonly (string | undefined)[]])[] = [
  [/^span \d+ state$/, namesOf(SPAN_STATE)],
  [/^goroutine .* status$/, namesOf(G_STATUS)],
  [/^goroutine .* waitreason$/, WAIT_REASONS],
  [/^P\d+ status$/, namesOf(P_STATUS)],
  [/^M\d+ phase$/, PHASES],
];
/** Names of words that are sets of bits. */
const BITS = /^(?:marks|bits) of |^(?:pointer bits|hints)\[|\b(?:flags|debug|mask)$/;

/** Returns how the values of the word called `word` are written. */
export function valueForm(word: string): ValueForm {
  return BITS.test(word) ? 'bits' : (STATES.find(([name]) => name.test(word))?.[1] ?? 'number');
}

/** Returns the value of the word called `word`: `in use`, `0xf0`, `42`. */
export function formatValue(word: string, value: number): string {
  return formatAs(valueForm(word), value);
}

/** Returns the names by value, as words: `inUse` becomes `in use`. */
function namesOf(states: Readonly<Record<string, number>>): (string | undefined)[] {
  const names: (string | undefined)[] = [];
  for (const [name, value] of Object.entries(states)) names[value] = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return names;
}
