/**
 * Imports heap dumps of Java (HPROF: `jmap -dump`, `jcmd GC.heap_dump`, -XX:+HeapDumpOnOutOfMemoryError,
 * Android's `am dumpheap`) in formats 1.0.1 to 1.0.3, with ids of 4 or 8 bytes, as they arrive. See
 * hprof-format.ts for their structure, hprof-image.ts for the edges and hprof-sizes.ts for the sizes.
 *
 * The reader keeps 20 bytes for each object, 8 for each reference, and the instances that precede
 * their classes. It refuses a truncated, damaged or inconsistent file with a HeapFormatError. It repairs
 * known faults of writers and counts them in the notes of the image.
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
  /** Name of the heap in reports and messages. */
  readonly name?: string;
  /** Called after each buffer with the bytes that have arrived so far. */
  readonly onRead?: (bytes: number) => void;
  /** Whether to keep the labels of objects, references and roots, which take 16 bytes for each object and 8 for each reference. */
  readonly labels?: boolean;
}

/**
 * Reads a dump from `source`. Use openHeapFile for a file.
 * @throws HeapFormatError
 */
export async function readHprof(source: AsyncIterable<Uint8Array>, options: HprofOptions = {}): Promise<HprofImage> {
  const name = options.name ?? 'Java heap dump';
  const cursor = new HprofCursor(name, source, (bytes) => options.onRead?.(bytes));
  try {
    const records = new RecordReader(cursor, options.labels ?? false);
    await readAll(cursor, records);
    records.finish();
    await cursor.close();
    return imageOf(name, records, cursor);
  } catch (error) {
    // All lists allocated here are as long as lists of the dump.
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

/** Reads until bytes are missing. */
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
