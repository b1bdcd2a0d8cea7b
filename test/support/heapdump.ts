/** Heap dumps of machines in the test's own memory. */
import type { Mem } from '../../src/memory/struct.ts';
import { HEAPDUMP_MINOR, heapdumpRecords, type HeapDumpOptions } from '../../src/inspect/heapdump.ts';
import { writeDump } from '../../src/workloads/heaps/go-dump-encode.ts';
import type { DumpRecord, RecordKind, RecordOf } from '../../src/workloads/heaps/go-dump-schema.ts';

export function dumpOf(m: Mem, options: HeapDumpOptions = { text: [] }): Uint8Array {
  return writeDump({ minor: HEAPDUMP_MINOR, records: heapdumpRecords(m, options) });
}

/** Its objects alone, as they stand in the file. */
export function objectBytes(m: Mem): Uint8Array {
  const records = [...heapdumpRecords(m, { text: [] })].filter(({ kind }) => kind === 'object');
  return writeDump({ minor: HEAPDUMP_MINOR, records });
}

export function only<K extends RecordKind>(records: Iterable<DumpRecord>, kind: K): RecordOf<K>[] {
  return [...records].filter((record) => record.kind === kind) as RecordOf<K>[];
}
