/** Prints lines that contain words of users and files. */
import { printable } from '../base/printable.ts';

/** Longest line that is printed whole. */
const LONGEST_LINE = 10_000;

/** Prints each line by `out`, with control characters escaped. */
export function printLines(out: (text: string) => void, lines: readonly string[]): void {
  for (const line of lines) out(`${printable(line, LONGEST_LINE)}\n`);
}
