/** Reads text files that the user names. */
import { closeSync, openSync, readSync } from 'node:fs';
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { reasonOf } from '../base/system-error.ts';
import { formatBytes } from '../base/units.ts';

/** Bytes of the largest file that is read; files that sweepgen writes are smaller. */
const MOST_BYTES = 256 * 2 ** 20;
const CHUNK_BYTES = 2 ** 16;

/**
 * Reads a text file whole.
 * @param mostBytes size limit; a larger file, or an endless device, is refused before it is parsed
 * @throws UsageError if the file can't be read or is too large
 */
export function readText(path: string, mostBytes = MOST_BYTES): string {
  try {
    return Buffer.concat(readAtMost(path, mostBytes)).toString('utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UsageError(`${printable(path)} can't be read: ${isMissing ? 'there is no such file' : reasonOf(error)}`);
  }
}

function readAtMost(path: string, mostBytes: number): Buffer[] {
  const chunks: Buffer[] = [];
  const file = openSync(path, 'r');
  try {
    for (let total = 0; ;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const bytes = readSync(file, chunk);
      if (bytes === 0) return chunks;
      total += bytes;
      if (total > mostBytes) throw new UsageError(`${printable(path)} is too large: at most ${formatBytes(mostBytes)} are read`);
      chunks.push(chunk.subarray(0, bytes));
    }
  } finally {
    closeSync(file);
  }
}
