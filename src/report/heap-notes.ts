/** Sentences about parts of a heap file that its reader skipped or repaired. */
import type { HeapNote, HeapNoteKind } from '../workloads/heaps/heap-facts.ts';
import { plural } from '../base/units.ts';

const SENTENCES: Readonly<Record<HeapNoteKind, (count: number) => string>> = {
  'frame-fields': (n) =>
    `${plural(n, 'pointer')} outside the stack frames passed over: a dump lacks the memory of the arguments of "go f(x)", and an object that only they hold seems unreachable`,
  'segment-fields': (n) => `${plural(n, 'pointer')} outside the data and bss segments passed over`,
  'partial-objects': (n) => `${plural(n, 'object')} of 2 GB or more without all contents: Go writes only a part of such an object`,
  'type-names': (n) => `${plural(n, 'type name')} of Go 1.5 passed over: it wrote the program's memory in their place`,
  'dangling-references': (n) => `${plural(n, 'reference')} to objects that are not in the file left out`,
  'dangling-roots': (n) => `${plural(n, 'root')} whose objects are not in the file left out`,
  'same-ids': (n) => `${plural(n, 'object')} with the id of another object left out`,
  'missing-classes': (n) => `${plural(n, 'instance')} without all references: a class that has the fields is not in the file`,
  'odd-instances': (n) => `${plural(n, 'instance')} with more or fewer bytes than the fields of the class`,
  'wrong-lengths': (n) => `${plural(n, 'heap dump or segment', 'heap dumps or segments')} read to the true end, which is not where the length says`,
  'unknown-records': (n) => `${plural(n, 'record')} of unknown kinds passed over`,
  'later-dumps': (n) => `${plural(n, 'heap dump')} behind the first one passed over`,
  'usual-sizes': (n) => `${plural(n, 'object')} with sizes as in the usual JVM: the ids are no addresses, which would show the sizes`,
  'trailing-bytes': (n) => `${plural(n, 'byte')} behind the end record passed over`,
};

/** Returns a line for each note. */
export function formatNotes(notes: readonly HeapNote[]): string[] {
  return notes.map(({ kind, count }) => SENTENCES[kind](count));
}
