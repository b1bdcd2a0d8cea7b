/** How values are written. The report uses it in the browser, so it needs nothing of Node. */

/** How the values of a word are written: as sets of bits, by names, or as numbers. */
export type ValueForm = 'bits' | 'number' | readonly (string | undefined)[];

/** Returns the text of `value` in that form: `in use`, `0xf0`, `42`. */
export function formatAs(form: ValueForm, value: number): string {
  if (form === 'bits') return `0x${(value >>> 0).toString(16)}`;
  return (form === 'number' ? undefined : form[value]) || String(value);
}
