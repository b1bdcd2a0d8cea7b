/** What the reader of a Java heap dump passed over or repaired, with how often. */
import type { RecordReader } from './hprof-records.ts';

export interface ImageRepairs {
  /** Objects with the id of another one. */
  readonly duplicates: number;
  /** References in objects, and roots, that lead to no object. */
  readonly dangling: number;
  readonly danglingRoots: number;
  /** Whether sizes were checked by the objects' addresses. */
  readonly areAddresses: boolean;
}

/** A sentence for each kind of repair that was made. */
export function notesOf({ repairs, subrecords }: RecordReader, image: ImageRepairs): string[] {
  const counted: readonly (readonly [count: number, what: string])[] = [
    [image.dangling, 'references left out because their objects are not in the file'],
    [image.danglingRoots, 'roots left out because their objects are not in the file'],
    [image.duplicates, 'objects left out because another one has the same id'],
    [subrecords.classless, 'instances without a part of their references, because a class of theirs is not in the file'],
    [subrecords.oddInstances, 'instances with more or fewer bytes than the fields of their class'],
    [repairs.wrongLengths, 'heap dumps or segments that are not as long as they say'],
    [repairs.unknownRecords, 'records passed over because their kind is not known'],
    [repairs.laterDumps, 'heap dumps passed over because they come behind the first one'],
  ];
  const notes = counted.filter(([count]) => count > 0).map(([count, what]) => `${what}: ${count.toLocaleString('en-US')}`);
  return image.areAddresses ? notes : [...notes, 'sizes are those of the usual JVM, because ids are no addresses here'];
}
