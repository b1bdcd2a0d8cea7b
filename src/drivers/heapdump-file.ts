/** Writes a heap dump of a machine that stands still to a file, in pieces. */
import { createWriteStream } from 'node:fs';
import { constants, access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { UsageError } from '../base/fatal.ts';
import type { Mem } from '../memory/struct.ts';
import { HEAPDUMP_MINOR, heapdumpRecords } from '../report/heapdump.ts';
import { SYSTEM_STEPS } from '../runtime/system.ts';
import { encodeDump } from '../workloads/heaps/go-dump-encode.ts';
import type { DumpRecord } from '../workloads/heaps/go-dump-schema.ts';
import type { HeapDumpFile } from './api.ts';

/** A workload, as far as a dump names it. */
export interface NamedSteps {
  readonly name: string;
  readonly steps: readonly { readonly name: string }[];
}

/** Before a long run: throws a UsageError when a file can't be written there anyway. */
export async function checkHeapDumpPath(path: string): Promise<void> {
  try {
    const folder = dirname(path);
    if (!(await stat(folder)).isDirectory()) throw new Error(`${folder} is no directory`);
    const there = await stat(path).catch(() => undefined);
    if (there?.isDirectory()) throw new Error('it is a directory');
    await access(there === undefined ? folder : path, constants.W_OK);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/**
 * Writes the dump, with a few chunks of memory, however large the heap is.
 * @param signal breaks it off
 * @throws UsageError when the file can't be written; the signal's reason
 */
export async function writeHeapDump(m: Mem, workload: NamedSteps, path: string, signal?: AbortSignal): Promise<HeapDumpFile> {
  let objects = 0;
  function* counted(): Generator<DumpRecord> {
    for (const record of heapdumpRecords(m, { text: textOf(workload) })) {
      if (record.kind === 'object') objects++;
      yield record;
    }
  }
  const bytes = Readable.from(encodeDump({ minor: HEAPDUMP_MINOR, records: counted() }), { objectMode: true });
  const file = createWriteStream(path);
  try {
    if (path.endsWith('.gz')) await pipeline(bytes, createGzip(), file, { signal });
    else await pipeline(bytes, file, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw cannotWrite(path, error);
  }
  return { path, objects, bytes: file.bytesWritten };
}

/** What the steps of the text segment are called, in the way of Go's functions. */
function textOf({ name, steps }: NamedSteps): string[] {
  return [
    ...SYSTEM_STEPS.map((step) => `runtime.${step.name}`),
    ...steps.map((step, i) => `${name}.${step.name === '' ? `step${i}` : step.name}`),
  ];
}

function cannotWrite(path: string, error: unknown): UsageError {
  return new UsageError(`${path} can't be written: ${(error as Error).message}`);
}
