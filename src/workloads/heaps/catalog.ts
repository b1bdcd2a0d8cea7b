/**
 * The registry of heap importers. `run --heap`, `scale` and `openHeapFile` read each format listed
 * here; help and error messages name it.
 */
import { inWords } from '../../base/suggest.ts';
import { goDump } from './go-dump.ts';
import { hprof } from './hprof.ts';
import type { HeapImporter } from './importer.ts';
import { v8Snapshot } from './v8-snapshot.ts';

/** In the order of help texts. At most one importer matches any file. */
export const IMPORTERS: readonly HeapImporter[] = [v8Snapshot, goDump, hprof];

/** Finds the importer of a file that begins with `head`, its first HEAD_BYTES bytes. */
export function importerOf(head: Uint8Array): HeapImporter | undefined {
  return IMPORTERS.find((importer) => importer.matches(head));
}

/** Lists the formats for help: "a V8 heap snapshot (.heapsnapshot), a Go heap dump or …". */
export function describeFormats(): string {
  return inWords(IMPORTERS.map(({ format, extensions }) => `${articleOf(format)} ${format}${extensions.length === 0 ? '' : ` (${extensions.join(', ')})`}`), 'or');
}

/** Says that a file has none of the formats: "is no V8 heap snapshot, no Go heap dump and no …". */
export function describeMismatch(): string {
  return `is ${inWords(IMPORTERS.map(({ format }) => `no ${format}`))}`;
}

/** Returns the root kinds of `roots` that occur, each with its label, in the order of reports. */
export function labelRoots(roots: Readonly<Record<string, number | undefined>>): readonly { readonly label: string; readonly count: number }[] {
  return Object.entries(Object.assign({}, ...IMPORTERS.map(({ rootLabels }) => rootLabels)) as Record<string, string>)
    .map(([kind, label]) => ({ label, count: roots[kind] ?? 0 }))
    .filter(({ count }) => count > 0);
}

function articleOf(format: string): string {
  return /^[AEIOU]/i.test(format) ? 'an' : 'a';
}
