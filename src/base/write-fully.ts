/** Writes to file descriptors without streams: in order, at once, and with errors thrown by the write. */
import { writeSync } from 'node:fs';

/** Milliseconds between two tries while the reader of a non-blocking pipe is slow. */
const RETRY_MS = 5;
const SLEEPER = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes all of `bytes` to the descriptor `fd`, and waits for a slow reader.
 * @throws NodeJS.ErrnoException as writeSync does, but for EAGAIN
 */
export function writeFully(fd: number, bytes: Uint8Array | string): void {
  const all = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  let written = 0;
  while (written < all.length) {
    try {
      written += writeSync(fd, all, written, all.length - written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      // Another process that shares the pipe may have made it non-blocking.
      Atomics.wait(SLEEPER, 0, 0, RETRY_MS);
    }
  }
}
