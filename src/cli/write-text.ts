/** Writes long texts piece by piece. */
import { Readable } from 'node:stream';
import { streamOutput } from '../run/output-file.ts';
import type { Terminal } from './deps.ts';

/**
 * Writes the pieces to the file at `path`, or to stdout for '-', at the speed of the reader.
 * @throws OutputError if they can't be written
 */
export async function writeText({ out }: Terminal, path: string, pieces: Iterable<string>): Promise<void> {
  if (path !== '-') {
    await streamOutput(path, [Readable.from(pieces)]);
    return;
  }
  for (const piece of pieces) out(piece);
}
