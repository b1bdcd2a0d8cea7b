/** Reads a file as a sequence of buffers, in bounded memory. */
import { open, type FileHandle } from 'node:fs/promises';
import { printable } from '../../base/printable.ts';
import { HeapFormatError } from './format-error.ts';

const CHUNK_BYTES = 1 << 20;

export interface FileChunks {
  /** Bytes of the file; undefined for a pipe or a device. */
  readonly size: number | undefined;
  /** Yields the buffers. The next one overwrites the last. The end of the iteration closes the file. */
  readonly chunks: AsyncGenerator<Uint8Array>;
}

/** Opens the file at `path`. @param name its name in messages @throws HeapFormatError if it can't be read */
export async function openChunks(path: string, name: string): Promise<FileChunks> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const stat = await file.stat();
    if (stat.isDirectory()) throw new Error('it is a directory');
    return { size: stat.isFile() ? stat.size : undefined, chunks: chunksOf(file, name) };
  } catch (error) {
    await file?.close();
    throw cannotRead(name, error);
  }
}

async function* chunksOf(file: FileHandle, name: string): AsyncGenerator<Uint8Array> {
  try {
    const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw cannotRead(name, error);
  } finally {
    await file.close();
  }
}

function cannotRead(name: string, error: unknown): HeapFormatError {
  return new HeapFormatError(name, `cannot be read: ${printable((error as Error).message, 400)}`);
}
