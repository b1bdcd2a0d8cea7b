/** A text file that the user named. */
import { readFileSync } from 'node:fs';
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';

/** @throws UsageError if it can't be read */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`${printable(path)} can't be read: ${code === 'ENOENT' ? 'there is no such file' : message}`);
  }
}
