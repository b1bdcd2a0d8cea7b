/** Lines with words of users and files in them. */
import { printable } from '../base/printable.ts';

/** A line is printed up to here. */
const LONGEST_LINE = 10_000;

/** Prints each by `out` on a line of its own; nothing in them can steer the terminal. */
export function printLines(out: (text: string) => void, lines: readonly string[]): void {
  for (const line of lines) out(`${printable(line, LONGEST_LINE)}\n`);
}
