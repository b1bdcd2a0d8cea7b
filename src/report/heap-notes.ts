/** What a reader of heap files skipped or repaired, in sentences. */
import type { HeapNote, HeapNoteKind } from '../workloads/heaps/heap-facts.ts';
import { plural } from './units.ts';

const SENTENCES: Readonly<Record<HeapNoteKind, (count: number) => string>> = {
  'frame-fields': (n) =>
    `${plural(n, 'pointer')} outside the stack frames passed over: a dump lacks the memory of the arguments of "go f(x)", and an object that only they hold seems unreachable`,
  'segment-fields': (n) => `${plural(n, 'pointer')} outside the data and bss segments passed over`,
  'partial-objects': (n) => `${plural(n, 'object')} of 2 GB or more without all contents: Go writes only a part of such an object`,
  'type-names': (n) => `${plural(n, 'type name')} of Go 1.5 passed over: it wrote the program's memory in their place`,
  'trailing-bytes': (n) => `${plural(n, 'byte')} behind the end record passed over`,
};

/** A line for each kind of note. */
export function formatNotes(notes: readonly HeapNote[]): string[] {
  return notes.map(({ kind, count }) => SENTENCES[kind](count));
}
