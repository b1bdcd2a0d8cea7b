/** The notes of a Java heap dump: faults that its reader skipped or repaired. */
import type { HeapNote } from './heap-notes.ts';
import type { RecordReader } from './hprof-records.ts';

export interface ImageRepairs {
  /** Number of objects left out because another one has the same id. */
  readonly duplicates: number;
  /** Number of references in objects that point to no object. */
  readonly dangling: number;
  /** Number of roots that point to no object. */
  readonly danglingRoots: number;
  /** Number of objects whose sizes were not derived from addresses. */
  readonly guessedSizes: number;
}

/** Returns a note for each kind of fault that occurred. */
export function notesOf({ repairs, subrecords }: RecordReader, image: ImageRepairs): HeapNote[] {
  const all: readonly HeapNote[] = [
    { kind: 'dangling-references', count: image.dangling },
    { kind: 'dangling-roots', count: image.danglingRoots },
    { kind: 'same-ids', count: image.duplicates },
    { kind: 'missing-classes', count: subrecords.classless },
    { kind: 'odd-instances', count: subrecords.oddInstances },
    { kind: 'wrong-lengths', count: repairs.wrongLengths },
    { kind: 'unknown-records', count: repairs.unknownRecords },
    { kind: 'later-dumps', count: repairs.laterDumps },
    { kind: 'usual-sizes', count: image.guessedSizes },
  ];
  return all.filter(({ count }) => count > 0);
}
