/**
 * Imports heap dumps of Go (`runtime/debug.WriteHeapDump`) in all formats, 1.3 to 1.7, as they arrive.
 * Records follow the header `go1.N heap dump\n`; see go-dump-format.ts for their structure and
 * go-dump-records.ts for their meaning.
 *
 * The reader keeps 16 bytes for each object, 8 for each pointer, and the current record. It refuses a
 * truncated, damaged or inconsistent file with a HeapFormatError. It skips record parts that a writer
 * of Go gets wrong if the image does not need them, and counts them in the notes of the image.
 *
 * Sizes are those of the blocks that Go allocated. As in Go's collector, the roots are the segments,
 * stack frames, other roots, goroutines with their deferred calls and panics, queued finalizers, and
 * the targets of objects with a finalizer.
 */
import { DumpCursor } from './go-dump-cursor.ts';
import { GO_ROOTS, NEWEST_MINOR, OLDEST_MINOR, TAG, formatOf } from './go-dump-format.ts';
import { imageOf, type GoImage } from './go-dump-image.ts';
import { RecordReader } from './go-dump-records.ts';
import type { HeapImporter } from './importer.ts';
import { SHORT } from './record-cursor.ts';

export type { GoImage } from './go-dump-image.ts';

const HEADER = /^go1\.(\d{1,3}) heap dump\n/;
const MAX_HEADER_BYTES = 20;

export const goDump: HeapImporter = {
  format: 'Go heap dump',
  // Writers of Go dumps use no common extension.
  extensions: [],
  rootLabels: GO_ROOTS,
  // Also matches later formats, which the reader refuses by their number.
  matches: (head) => Buffer.from(head.subarray(0, 4)).toString('latin1') === 'go1.',
  read: readGoDump,
};

export interface GoDumpOptions {
  /** Name of the heap in reports and messages. */
  readonly name?: string;
  /** Called after each buffer with the bytes that have arrived so far. */
  readonly onRead?: (bytes: number) => void;
  /** Reads all bytes again, if the source allows that. A dump of this machine is restored with it. */
  readonly again?: () => AsyncIterable<Uint8Array>;
  /** Whether to keep the labels of objects, pointers and roots, which take 16 bytes for each object and 4 for each pointer. */
  readonly labels?: boolean;
}

/**
 * Reads a dump from `source`. Use openHeapFile for a file.
 * @throws HeapFormatError
 */
export async function readGoDump(source: AsyncIterable<Uint8Array>, options: GoDumpOptions = {}): Promise<GoImage> {
  const name = options.name ?? 'Go heap dump';
  const cursor = new DumpCursor(name, source, (bytes) => options.onRead?.(bytes));
  const { minor, records } = await readAll(cursor, options.labels ?? false);
  return build(name, minor, records, cursor, options.again);
}

async function readAll(cursor: DumpCursor, labels: boolean): Promise<{ readonly minor: number; readonly records: RecordReader }> {
  try {
    const minor = await readHeader(cursor);
    const records = new RecordReader(cursor, formatOf(minor), labels);
    await readRecords(cursor, records);
    return { minor, records };
  } finally {
    await cursor.close();
  }
}

async function readHeader(cursor: DumpCursor): Promise<number> {
  for (;;) {
    const head = Buffer.from(cursor.buf.subarray(0, Math.min(cursor.end, MAX_HEADER_BYTES))).toString('latin1');
    const match = HEADER.exec(head);
    if (match !== null) {
      const minor = Number(match[1]);
      if (minor < OLDEST_MINOR || minor > NEWEST_MINOR) {
        cursor.reject(`is a Go heap dump of format 1.${minor}, and only 1.${OLDEST_MINOR} to 1.${NEWEST_MINOR} can be read`);
      }
      cursor.pos = match[0].length;
      return minor;
    }
    if (cursor.end >= MAX_HEADER_BYTES || head.includes('\n')) {
      cursor.reject("is no Go heap dump: it doesn't begin with 'go1.N heap dump'");
    }
    await cursor.more();
  }
}

async function readRecords(cursor: DumpCursor, records: RecordReader): Promise<void> {
  while (!advance(cursor, records)) await cursor.more();
  records.trailingBytes = await bytesBehind(cursor);
}

/** Counts the bytes after the end record. A dump that overwrites a longer file leaves some. */
async function bytesBehind(cursor: DumpCursor): Promise<number> {
  let bytes = 0;
  do {
    bytes += cursor.end - cursor.pos;
    cursor.pos = cursor.end;
    cursor.begin();
  } while (await cursor.tryMore());
  return bytes;
}

/** Reads records up to the end record. Returns false if bytes are missing. */
function advance(cursor: DumpCursor, records: RecordReader): boolean {
  try {
    do cursor.begin();
    while (records.next() !== TAG.eof);
    return true;
  } catch (error) {
    if (error === SHORT) return false;
    throw error;
  }
}

function build(name: string, minor: number, records: RecordReader, cursor: DumpCursor, again: GoDumpOptions['again']): GoImage {
  try {
    return imageOf(name, minor, records, cursor, again);
  } catch (error) {
    // All arrays allocated here are as long as lists of the dump.
    if (error instanceof RangeError) return cursor.reject(`is too large for the memory of this process: ${error.message}`);
    throw error;
  }
}
