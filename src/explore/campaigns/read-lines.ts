/** Reads the lines of a file that may be larger than the memory. */
import { closeSync, openSync, readSync } from 'node:fs';
import { UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';

const CHUNK_BYTES = 1 << 20;
const NEWLINE = 0x0a;

/** A place between two lines. */
export interface Place {
  /** Number of the line before it, from 1; 0 at the beginning of the file. */
  readonly number: number;
  /** Offset in bytes at which the next line begins. */
  readonly end: number;
}

export interface FileLine extends Place {
  /** Without its newline. */
  readonly text: string;
}

export const BEGINNING: Place = { number: 0, end: 0 };

/**
 * Yields the complete lines of the file at `path` after `place`; text after the last newline is left out.
 * @param longest most bytes of a line
 * @throws UsageError for a longer line
 */
export function* linesOf(path: string, longest: number, place = BEGINNING): Generator<FileLine> {
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let rest = Buffer.alloc(0);
    let { number, end } = place;
    for (let offset = end; ; ) {
      const read = readSync(file, chunk, 0, CHUNK_BYTES, offset);
      if (read === 0) return;
      offset += read;
      let bytes = Buffer.concat([rest, chunk.subarray(0, read)]);
      for (let at = bytes.indexOf(NEWLINE); at >= 0 && at <= longest; at = bytes.indexOf(NEWLINE)) {
        end += at + 1;
        yield { text: bytes.toString('utf8', 0, at), number: ++number, end };
        bytes = bytes.subarray(at + 1);
      }
      if (bytes.length > longest) throw new UsageError(`${printable(path)}:${number + 1} is longer than ${longest} bytes: no line of a campaign's log is`);
      rest = bytes;
    }
  } finally {
    closeSync(file);
  }
}
