/**
 * Reads heap dumps of Go (`runtime/debug.WriteHeapDump`) in all formats that there have been,
 * 1.3 to 1.7, as they arrive. The text `go1.N heap dump\n` is followed by records; what they
 * are made of is in go-dump-format, and what each one means in go-dump-records.
 *
 * Kept in memory are 16 bytes an object, 8 a pointer, and the record being read; a file that
 * is cut off, damaged or lies is refused with a HeapFormatError. A part of a record that some
 * writer of Go gets wrong and that the image does not need is passed over and counted in the
 * image's notes. Sizes are those of the blocks that Go allocated. What the roots reach lives: the dump's segments, stack frames, other
 * roots, goroutines with their deferred calls and panics, queued finalizers, and what objects
 * with a finalizer refer to, as in Go's own collector.
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
  /** What reports and messages call the heap. */
  readonly name?: string;
  /** Called with the bytes that have arrived, after each buffer. */
  readonly onRead?: (bytes: number) => void;
  /** All bytes once more, of a source that can be read again: what a dump of this machine's own is put back with. */
  readonly again?: () => AsyncIterable<Uint8Array>;
}

/** Reads the dump whose bytes `source` brings; a file's: openHeapFile. */
export async function readGoDump(source: AsyncIterable<Uint8Array>, options: GoDumpOptions = {}): Promise<GoImage> {
  const name = options.name ?? 'Go heap dump';
  const cursor = new DumpCursor(name, source, (bytes) => options.onRead?.(bytes));
  const { minor, records } = await readAll(cursor);
  return build(name, minor, records, cursor, options.again);
}

async function readAll(cursor: DumpCursor): Promise<{ readonly minor: number; readonly records: RecordReader }> {
  try {
    const minor = await readHeader(cursor);
    const records = new RecordReader(cursor, formatOf(minor));
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

/** Counts the bytes behind the end record: a dump over a longer older one in the same file leaves some. */
async function bytesBehind(cursor: DumpCursor): Promise<number> {
  let bytes = 0;
  do {
    bytes += cursor.end - cursor.pos;
    cursor.pos = cursor.end;
    cursor.begin();
  } while (await cursor.tryMore());
  return bytes;
}

/** Reads records until the end record; false when bytes are missing before it. */
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
    // Only arrays as long as the dump's own lists are allocated here.
    if (error instanceof RangeError) return cursor.reject(`is too large for the memory of this process: ${error.message}`);
    throw error;
  }
}
