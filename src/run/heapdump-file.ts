/** Writes a heap dump of a stopped machine to a file, in pieces. */
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { Mem } from '../memory/struct.ts';
import { HEAPDUMP_MINOR, heapdumpRecords } from '../inspect/heapdump.ts';
import { SYSTEM_STEPS } from '../runtime/system.ts';
import { encodeDump } from '../workloads/heaps/go-dump-encode.ts';
import type { DumpRecord } from '../workloads/heaps/go-dump-schema.ts';
import type { HeapDumpFile } from './api.ts';
import { streamOutput } from './output-file.ts';

/** The names of a workload and its steps, for the dump. */
export interface NamedSteps {
  readonly name: string;
  readonly steps: readonly { readonly name: string }[];
}

/**
 * Writes the dump to `path`, in gzip if the path ends with .gz. It takes constant memory.
 * @param signal aborts the write
 * @throws OutputError if the file can't be written; the reason of `signal`
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
  const written = await streamOutput(path, path.endsWith('.gz') ? [bytes, createGzip()] : [bytes], signal).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
  return { path, objects, bytes: written };
}

/** Returns the names of the steps of the text segment, in the form of Go's functions. */
function textOf({ name, steps }: NamedSteps): string[] {
  return [
    ...SYSTEM_STEPS.map((step) => `runtime.${step.name}`),
    ...steps.map((step, i) => `${name}.${step.name === '' ? `step${i}` : step.name}`),
  ];
}
