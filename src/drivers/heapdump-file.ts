/** Writes a heap dump of a machine that stands still to a file, in pieces. */
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { Mem } from '../memory/struct.ts';
import { HEAPDUMP_MINOR, heapdumpRecords } from '../report/heapdump.ts';
import { SYSTEM_STEPS } from '../runtime/system.ts';
import { encodeDump } from '../workloads/heaps/go-dump-encode.ts';
import type { DumpRecord } from '../workloads/heaps/go-dump-schema.ts';
import type { Workload } from '../workloads/workload.ts';
import type { HeapDumpFile } from './api.ts';
import { streamOutput } from './output-file.ts';

/** Takes a few chunks of memory, however large the heap is. @throws OutputError */
export async function writeHeapDump(m: Mem, workload: Workload, path: string): Promise<HeapDumpFile> {
  let objects = 0;
  function* counted(): Generator<DumpRecord> {
    for (const record of heapdumpRecords(m, { text: textOf(workload) })) {
      if (record.kind === 'object') objects++;
      yield record;
    }
  }
  const bytes = Readable.from(encodeDump({ minor: HEAPDUMP_MINOR, records: counted() }), { objectMode: true });
  const written = await streamOutput(path, path.endsWith('.gz') ? [bytes, createGzip()] : [bytes]);
  return { path, objects, bytes: written };
}

/** What the steps of the text segment are called, in the way of Go's functions. */
function textOf({ name, steps }: Workload): string[] {
  return [
    ...SYSTEM_STEPS.map((step) => `runtime.${step.name}`),
    ...steps.map((step, i) => `${name}.${step.name === '' ? `step${i}` : step.name}`),
  ];
}
