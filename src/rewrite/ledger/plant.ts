/** Plants the counting of the ledger into the sources as they are bundled. Needs the build tools. */
import type MagicString from 'magic-string';
import { ENTRIES, type Entry } from './entries.ts';

/**
 * Plants the entries of the source at `path` into `planted`, which was made from `code`.
 * @throws Error if a function is absent or has other parameters: its entry must follow the source
 */
export function plantLedger(planted: MagicString, code: string, path: string, entries: readonly Entry[] = ENTRIES): void {
  for (const entry of entries) {
    if (path.endsWith(`/${entry.file}`)) planted.appendLeft(placeOf(entry, code), ` ${entry.count}`);
  }
}

function placeOf(entry: Entry, code: string): number {
  const body = bodyOf(entry, code);
  const at = entry.after === undefined ? -1 : code.slice(body, code.indexOf('\n}', body)).indexOf(entry.after);
  return at < 0 ? body : body + at + entry.after!.length;
}

/** Returns the offset of the function's body, after its brace. */
export function bodyOf({ file, name, params }: Entry, code: string): number {
  const declaration = new RegExp(`^(?:export )?function ${name}\\(([^)]*)\\)[^{\\n]*\\{\\n`, 'gm');
  const [found, ...others] = code.matchAll(declaration);
  if (found === undefined || others.length > 0) throw new Error(`${file} declares ${found === undefined ? 'no' : 'more than one'} function ${name}, which the ledger counts the calls of`);
  const declared = found[1].split(',').map((param) => param.split(':')[0].trim());
  const missing = params.find((param) => !declared.includes(param));
  if (missing !== undefined) throw new Error(`${name} of ${file} has no parameter ${missing}, which the ledger counts by`);
  return found.index + found[0].length - 1;
}
