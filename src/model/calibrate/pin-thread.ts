/** Pinning of the calling thread to a processor. Node has no call for it; taskset of util-linux has. */
import { execFileSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { UsageError } from '../../base/fatal.ts';

/** Lets the calling thread run on processor `cpu` alone. @throws UsageError without taskset, or if the processor is not allowed */
export function pinThread(cpu: number): void {
  const thread = basename(readlinkSync('/proc/thread-self'));
  try {
    execFileSync('taskset', ['--cpu-list', '--pid', String(cpu), thread], { stdio: 'pipe' });
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UsageError(missing ? 'to measure several sockets, calibrate needs taskset, a program of util-linux; install it' : `a thread can't be put on processor ${cpu}: ${(error as Error).message.split('\n').at(-2) ?? 'taskset failed'}`);
  }
}
