/**
 * Notes of importers: faults of a file that its importer skips or repairs. This table is the one
 * place that declares a kind of note; reports and the JSON schema derive from it.
 */
import { plural } from '../../base/units.ts';

/** The sentence of a report for each kind, given how often the fault occurs. */
const SENTENCES = {
  'frame-fields': (n: number) =>
    `${plural(n, 'pointer')} outside the stack frames passed over: a dump lacks the memory of the arguments of "go f(x)", and an object that only they hold seems unreachable`,
  'segment-fields': (n: number) => `${plural(n, 'pointer')} outside the data and bss segments passed over`,
  'partial-objects': (n: number) => `${plural(n, 'object')} of 2 GB or more without all contents: Go writes only a part of such an object`,
  'type-names': (n: number) => `${plural(n, 'type name')} of Go 1.5 passed over: it wrote the program's memory in their place`,
  'trailing-bytes': (n: number) => `${plural(n, 'byte')} behind the end record passed over`,
  'dangling-references': (n: number) => `${plural(n, 'reference')} to objects that are not in the file left out`,
  'dangling-roots': (n: number) => `${plural(n, 'root')} whose objects are not in the file left out`,
  'same-ids': (n: number) => `${plural(n, 'object')} with the id of another object left out`,
  'missing-classes': (n: number) => `${plural(n, 'instance')} without all references: a class that has the fields is not in the file`,
  'odd-instances': (n: number) => `${plural(n, 'instance')} with more or fewer bytes than the fields of the class`,
  'wrong-lengths': (n: number) => `${plural(n, 'heap dump or segment', 'heap dumps or segments')} read to the true end, which is not where the length says`,
  'unknown-records': (n: number) => `${plural(n, 'record')} of unknown kinds passed over`,
  'later-dumps': (n: number) => `${plural(n, 'heap dump')} behind the first one passed over`,
  'usual-sizes': (n: number) => `${plural(n, 'object')} with sizes as in the usual JVM: the ids are no addresses, which would show the sizes`,
} as const;

export type HeapNoteKind = keyof typeof SENTENCES;

export const HEAP_NOTE_KINDS = Object.keys(SENTENCES) as readonly HeapNoteKind[];

/** How often an importer skipped or repaired a fault. */
export interface HeapNote {
  readonly kind: HeapNoteKind;
  readonly count: number;
}

/** Returns one sentence for each note. */
export function formatNotes(notes: readonly HeapNote[]): string[] {
  return notes.map(({ kind, count }) => SENTENCES[kind](count));
}
