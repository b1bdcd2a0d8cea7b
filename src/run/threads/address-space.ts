/**
 * Checks the address space for a machine's threads. V8 aborts the process if it can't reserve
 * a thread's code range, so the limit (ulimit -v) is checked before the threads start.
 */
import { readFileSync } from 'node:fs';
import { UsageError } from '../../base/fatal.ts';

/** Address space of a thread for code, stack and heap, in bytes. Measured on Node 20, x64. */
const THREAD_BYTES = 650 * 2 ** 20;

/** Reads a file of /proc; throws if there is none. */
type Read = (path: string) => string;

/**
 * Checks that `procs` threads fit into the address space that the process may still reserve.
 * @throws UsageError with the number of threads that fit
 */
export function checkAddressSpace(procs: number, read: Read = (path) => readFileSync(path, 'utf8')): void {
  const left = addressSpaceLeft(read);
  const most = Math.floor(left / THREAD_BYTES);
  if (procs <= most) return;
  const wayOut = most >= 1 ? `give --procs ${most}, or a higher limit` : 'give a higher limit';
  throw new UsageError(`${procs} ${procs === 1 ? 'thread needs' : 'threads need'} about ${gigabytes(procs * THREAD_BYTES)} GB of address space, and the limit (ulimit -v) leaves ${gigabytes(left)}; ${wayOut}`);
}

/** Returns the unmapped bytes below the limit; Infinity without a readable limit. */
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
