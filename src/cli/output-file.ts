/** A file that the user asked to be written. */
import { accessSync, constants, existsSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from '../base/fatal.ts';

/** @throws UsageError, before any work is done for a file that can't be written */
export function checkWritable(path: string): void {
  try {
    if (existsSync(path)) {
      if (statSync(path).isDirectory()) throw new UsageError(`${path} is a directory; name a file in it`);
      accessSync(path, constants.W_OK);
    } else accessSync(dirname(path), constants.W_OK);
  } catch (error) {
    throw asUsageError(path, error);
  }
}

/** @throws UsageError if it can't be */
export function writeOutput(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(path, bytes);
  } catch (error) {
    throw asUsageError(path, error);
  }
}

function asUsageError(path: string, error: unknown): UsageError {
  if (error instanceof UsageError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new UsageError(`${path} can't be written: there is no directory ${dirname(path)}`);
  if (code === 'EACCES' || code === 'EROFS') return new UsageError(`${path} can't be written: permission is denied`);
  return new UsageError(`${path} can't be written: ${message}`);
}
