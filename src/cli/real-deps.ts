/** The world as it is. */
import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { threadPool } from '../drivers/explore/campaigns/pool.ts';
import { startRuntime } from '../index.ts';
import { openHeapFile } from '../workloads/heaps/open-heap.ts';
import { readOwnHeap } from '../workloads/heaps/self.ts';
import { describeProgram } from '../drivers/threads/program.ts';
import { BUILT_INS } from '../workloads/built-ins.ts';
import { writeText } from './write-text.ts';
import type { Deps, Terminal } from './deps.ts';
import { checkWritable, writeOutput } from './output-file.ts';
import { readText } from './read-text.ts';

export function realDeps(): Deps {
  return {
    startRuntime,
    loadWorkload: describeProgram,
    listWorkloads: () => BUILT_INS,
    readOwnHeap,
    readHeapFile: openHeapFile,
    readText,
    checkWritable,
    writeFile: writeOutput,
    writeText,
    explorePool: (jobs) => threadPool(jobs),
    env: process.env,
    terminal: realTerminal(),
    version: readVersion(),
    cores: availableParallelism(),
    now: () => performance.now(),
    freshSeed: () => randomInt(1, 2 ** 32),
    signal: interruption(),
  };
}

function realTerminal(): Terminal {
  const { stdout, stderr } = process;
  // A reader that has seen enough, as `head`, is no error.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  return {
    out: (text) => stdout.write(text),
    err: (text) => stderr.write(text),
    errIsTerminal: stderr.isTTY === true && process.env.TERM !== 'dumb',
    outIsColored: isColored(stdout),
    errIsColored: isColored(stderr),
  };
}

/** NO_COLOR and FORCE_COLOR as everywhere; else as the stream is one that shows them. */
function isColored(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '0') return true;
  return stream.isTTY === true && TERM !== 'dumb';
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

/** The first Ctrl-C ends what runs in order; the second ends the process. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  return controller.signal;
}
