/** Reads the lines of a file that may be larger than the memory. */
import { closeSync, openSync, readSync } from 'node:fs';
import { UsageError } from '../../base/fatal.ts';

const CHUNK_BYTES = 1 << 20;
const NEWLINE = 0x0a;

export interface FileLine {
  /** Without its newline. */
  readonly text: string;
  /** Offset in bytes at which the next line begins. */
  readonly end: number;
}

/**
 * Yields the complete lines of the file at `path`; text after the last newline is left out.
 * @param longest most bytes of a line
 * @throws UsageError for a longer line
 */
export function* linesOf(path: string, longest: number): Generator<FileLine> {
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let rest = Buffer.alloc(0);
    let end = 0;
    for (let number = 1; ; ) {
      const read = readSync(file, chunk, 0, CHUNK_BYTES, null);
      if (read === 0) return;
      let bytes = Buffer.concat([rest, chunk.subarray(0, read)]);
      for (let at = bytes.indexOf(NEWLINE); at >= 0 && at <= longest; at = bytes.indexOf(NEWLINE)) {
        end += at + 1;
        number++;
        yield { text: bytes.toString('utf8', 0, at), end };
        bytes = bytes.subarray(at + 1);
      }
      if (bytes.length > longest) throw new UsageError(`${path}:${number} is longer than ${longest} bytes: no line of a campaign's log is`);
      rest = bytes;
    }
  } finally {
    closeSync(file);
  }
}
