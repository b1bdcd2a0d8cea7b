/**
 * Reads heap dumps of Java (HPROF: `jmap -dump`, `jcmd GC.heap_dump`, -XX:+HeapDumpOnOutOfMemoryError,
 * Android's `am dumpheap`) of formats 1.0.1 to 1.0.3, with ids of 4 or 8 bytes, as they arrive. What they are
 * made of is in hprof-format; hprof-image tells what counts as an edge, and hprof-sizes how large
 * objects are.
 *
 * Kept in memory are 20 bytes an object and 8 a reference while the file is read, and the
 * instances that come before their classes. A file that is cut off, damaged or lies is refused
 * with a HeapFormatError. What a writer of such files is known to get wrong is repaired, and
 * noted in the image.
 */
import { HprofCursor } from './hprof-cursor.ts';
import { JAVA_ROOTS } from './hprof-format.ts';
import { imageOf, type HprofImage } from './hprof-image.ts';
import { RecordReader } from './hprof-records.ts';
import type { HeapImporter } from './importer.ts';
import { SHORT } from './record-cursor.ts';

export type { HprofImage } from './hprof-image.ts';

export const hprof: HeapImporter = {
  format: 'Java heap dump',
  extensions: ['.hprof'],
  rootLabels: JAVA_ROOTS,
  matches: (head) => Buffer.from(head.subarray(0, 4)).toString('latin1') === 'JAVA',
  read: readHprof,
};

export interface HprofOptions {
  /** What reports and messages call the heap. */
  readonly name?: string;
  /** Called with the bytes that have arrived, after each buffer. */
  readonly onRead?: (bytes: number) => void;
}

/**
 * Reads the dump whose bytes `source` brings; a file's: openHeapFile.
 * @throws HeapFormatError
 */
export async function readHprof(source: AsyncIterable<Uint8Array>, options: HprofOptions = {}): Promise<HprofImage> {
  const name = options.name ?? 'Java heap dump';
  const cursor = new HprofCursor(name, source, (bytes) => options.onRead?.(bytes));
  try {
    const records = new RecordReader(cursor);
    await readAll(cursor, records);
    records.finish();
    await cursor.close();
    return imageOf(name, records, cursor);
  } catch (error) {
    // Only lists as long as the dump's own are allocated here.
    if (error instanceof RangeError) return cursor.reject(`is too large for the memory of this process: ${error.message}`);
    throw error;
  } finally {
    await cursor.close();
  }
}

async function readAll(cursor: HprofCursor, records: RecordReader): Promise<void> {
  do advance(cursor, records);
  while (await cursor.tryMore());
}

/** Reads as long as bytes are there. */
function advance(cursor: HprofCursor, records: RecordReader): void {
  try {
    for (;;) {
      cursor.begin();
      records.next();
    }
  } catch (error) {
    if (error !== SHORT) throw error;
  }
}
