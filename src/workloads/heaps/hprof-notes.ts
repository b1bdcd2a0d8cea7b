/** What the reader of a Java heap dump passed over or repaired, with how often. */
import type { HeapNote } from './heap-notes.ts';
import type { RecordReader } from './hprof-records.ts';

export interface ImageRepairs {
  /** Objects left out, because another one has the same id. */
  readonly duplicates: number;
  /** References in objects, and roots, that lead to no object. */
  readonly dangling: number;
  readonly danglingRoots: number;
  /** Objects whose sizes no address shows. */
  readonly guessedSizes: number;
}

/** Each kind of repair that was made. */
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
