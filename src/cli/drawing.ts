/** The message about a drawing that was written. */
import { printable } from '../base/printable.ts';
import type { Deps } from './deps.ts';

/** Names the file at the end of the report; on stderr if stdout holds a document. */
export function sayWritten({ terminal }: Deps, { json, bench, csv }: { readonly json?: boolean; readonly bench?: boolean; readonly csv?: boolean }, path: string): void {
  const say = json || bench || csv ? terminal.err : terminal.out;
  say(`Drawn to ${printable(path)}.\n`);
}
