/** The real Deps. A room that only some commands need is loaded on its first use. */
import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { checkWritable, checkWritableFolder, writeOutput } from '../run/output-file.ts';
import { writeText } from './write-text.ts';
import type { Deps } from './deps.ts';
import { readText } from './read-text.ts';
import { realTerminal, type StreamFacts } from './real-terminal.ts';

/** The parts of Deps that the command's thread provides. */
export interface ThreadServices extends Pick<Deps, 'signal' | 'isInterrupted'> {
  readonly streams: StreamFacts;
  /** Hears of each new step of the work. */
  doing(text: string): void;
  needs?(ms: number): void;
}

export function realDeps({ streams, doing, needs, signal, isInterrupted }: ThreadServices): Deps {
  const terminal = realTerminal(streams, process.env, doing);
  return {
    startRuntime: async (options) => (await import('../run/threads/start.ts')).startRuntime(options),
    loadWorkload: async (spec, seconds) => (await import('../run/threads/program.ts')).describeProgram(spec, seconds),
    listWorkloads: async () => (await import('../workloads/built-ins.ts')).BUILT_INS,
    readOwnHeap: async (labels) => (await import('../workloads/heaps/self.ts')).readOwnHeap(labels),
    readHeapFile: async (path, onProgress, labels) => (await import('../workloads/heaps/open-heap.ts')).openHeapFile(path, onProgress, labels),
    readText,
    checkWritable,
    checkWritableFolder,
    writeFile: writeOutput,
    writeText: (path, pieces) => writeText(terminal, path, pieces),
    explorePool: async (jobs, finishes = false) => (await import('../explore/campaigns/pool.ts')).threadPool(jobs, finishes ? {} : { signal }),
    needsToEnd: needs ?? (() => {}),
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

/** Returns the version in the package.json above this file, built or not. */
function readVersion(): string {
  for (let up = new URL('..', import.meta.url); up.pathname !== '/'; up = new URL('..', up)) {
    const file = new URL('package.json', up);
    if (!existsSync(file)) continue;
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version: string };
    if (name === 'sweepgen') return version;
  }
  return 'unknown';
}
