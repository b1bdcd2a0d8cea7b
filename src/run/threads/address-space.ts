/**
 * Is there address space for the threads of a machine? V8 ends the process where it can't reserve
 * the range of a thread's code, so a limit (ulimit -v) is looked at before the threads start.
 */
import { readFileSync } from 'node:fs';
import { UsageError } from '../../base/fatal.ts';

/** Bytes that a thread reserves at most: for its code, its stack, its heap. Measured on Node 20, x64. */
const THREAD_BYTES = 650 * 2 ** 20;

/** Reads a file of /proc; throws where there is none. */
type Read = (path: string) => string;

/**
 * Checks that `procs` threads fit below the limit of this process's address space, if it has one.
 * @throws UsageError that says how many would fit
 */
export function checkAddressSpace(procs: number, read: Read = (path) => readFileSync(path, 'utf8')): void {
  const left = addressSpaceLeft(read);
  const most = Math.floor(left / THREAD_BYTES);
  if (procs <= most) return;
  const wayOut = most >= 1 ? `give --procs ${most}, or a higher limit` : 'give a higher limit';
  throw new UsageError(`${procs} ${procs === 1 ? 'thread needs' : 'threads need'} about ${gigabytes(procs * THREAD_BYTES)} GB of address space, and the limit (ulimit -v) leaves ${gigabytes(left)}; ${wayOut}`);
}

/** Bytes below the limit that nothing is mapped to; Infinity where there is no limit, or none that can be read. */
function addressSpaceLeft(read: Read): number {
  try {
    const limit = /^Max address space +(\d+)/m.exec(read('/proc/self/limits'));
    const used = /^VmSize:\s+(\d+) kB/m.exec(read('/proc/self/status'));
    return limit === null || used === null ? Infinity : Math.max(0, Number(limit[1]) - Number(used[1]) * 1024);
  } catch {
    // Systems other than Linux have no /proc.
    return Infinity;
  }
}

function gigabytes(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1);
}
