/** Long texts, written as they are made. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UsageError } from '../base/fatal.ts';

/**
 * Writes the pieces to the file at `path`, or to stdout for '-', no faster than they are taken.
 * @throws UsageError when the file can't be written
 */
export async function writeText(path: string, pieces: Iterable<string>): Promise<void> {
  if (path === '-') return pipeline(Readable.from(pieces), process.stdout, { end: false });
  try {
    await pipeline(Readable.from(pieces), createWriteStream(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new UsageError(`${path} can't be written: ${(error as Error).message}`);
  }
}
