/** The world as it is. */
import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { threadPool } from '../explore/campaigns/pool.ts';
import { checkWritable, checkWritableFolder, writeOutput } from '../run/output-file.ts';
import { startRuntime } from '../index.ts';
import { openHeapFile } from '../workloads/heaps/open-heap.ts';
import { readOwnHeap } from '../workloads/heaps/self.ts';
import { describeProgram } from '../run/threads/program.ts';
import { BUILT_INS } from '../workloads/built-ins.ts';
import { writeText } from './write-text.ts';
import type { Deps } from './deps.ts';
import { readText } from './read-text.ts';
import { realTerminal, type StreamFacts } from './real-terminal.ts';

/** What the thread of the command knows and the world does not. */
export interface ThreadFacts extends Pick<Deps, 'signal' | 'isInterrupted'> {
  readonly streams: StreamFacts;
  /** Is told what is under way. */
  doing(text: string): void;
}

export function realDeps({ streams, doing, signal, isInterrupted }: ThreadFacts): Deps {
  const terminal = realTerminal(streams, process.env, doing);
  return {
    startRuntime,
    loadWorkload: describeProgram,
    listWorkloads: () => BUILT_INS,
    readOwnHeap,
    readHeapFile: openHeapFile,
    readText,
    checkWritable,
    checkWritableFolder,
    writeFile: writeOutput,
    writeText: (path, pieces) => writeText(terminal, path, pieces),
    explorePool: (jobs) => threadPool(jobs, { signal }),
    env: process.env,
    terminal,
    version: readVersion(),
    cores: availableParallelism(),
    now: () => performance.now(),
    freshSeed: () => randomInt(1, 2 ** 32),
    signal,
    isInterrupted,
  };
}

/** Of the package.json above this file, built or not. */
function readVersion(): string {
  for (let up = new URL('..', import.meta.url); up.pathname !== '/'; up = new URL('..', up)) {
    const file = new URL('package.json', up);
    if (!existsSync(file)) continue;
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version: string };
    if (name === 'sweepgen') return version;
  }
  return 'unknown';
}
