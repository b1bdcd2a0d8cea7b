/**
 * The heap of a stopped machine as the records of a Go 1.4 heap dump, in Go's order. Records
 * are made on demand, so a dump needs little memory. Contents are views of the machine's memory.
 */
import { CONFIG, Config, ptrWords } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import type { Mem } from '../memory/struct.ts';
import { loadWide } from '../memory/wide.ts';
import { M, mAt } from '../machine/m.ts';
import { ARENA_USED } from '../malloc/mheap.ts';
import { MSTATS, MStats } from '../malloc/mstats.ts';
import { DUMP_PAUSES, type DumpRecord, type RecordOf, type U64 } from '../workloads/heaps/go-dump-schema.ts';
import { dumpAddress, memoryAt } from './heapdump-address.ts';
import { finalizerRecords, queuedFinalizerRecords } from './heapdump-finalizers.ts';
import { goroutineRecords } from './heapdump-goroutines.ts';
import { everyWord, objectRecords } from './heapdump-objects.ts';
import { readMemStats } from './memstats.ts';

export const HEAPDUMP_MINOR = 4;

const NS_PER_MS = 1_000_000n;

export interface HeapDumpOptions {
  /** The names of the steps in the text segment. */
  readonly text: readonly string[];
  /** Records added before the end: profiles and samples. */
  readonly extra?: Iterable<DumpRecord>;
}

/** Yields all records but the end. Statistics must be up to date and every span swept; see settle. */
export function* heapdumpRecords(m: Mem, { text, extra = [] }: HeapDumpOptions): Generator<DumpRecord> {
  yield params(m);
  yield* objectRecords(m);
  yield* goroutineRecords(m, text);
  yield* threads(m);
  yield segment(m, 'data', m[CONFIG + Config.at.data], m[CONFIG + Config.at.bss]);
  yield segment(m, 'bss', m[CONFIG + Config.at.bss], m[CONFIG + Config.at.cycleLog]);
  yield* finalizerRecords(m);
  yield* queuedFinalizerRecords(m);
  yield memStats(m);
  yield* extra;
}

function params(m: Mem): RecordOf<'params'> {
  const is64 = ptrWords(m) === 2;
  return {
    kind: 'params',
    bigEndian: false,
    ptrSize: is64 ? 8 : 4,
    heapStart: dumpAddress(m, m[CONFIG + Config.at.arenaStart]),
    heapEnd: dumpAddress(m, m[ARENA_USED]),
    // The letters of Go's compilers: amd64 and 386.
    thechar: (is64 ? '6' : '8').charCodeAt(0),
    experiment: '',
    ncpu: m[CONFIG + Config.at.nprocs],
  };
}

function* threads(m: Mem): Generator<RecordOf<'thread'>> {
  for (let i = 0; i < m[CONFIG + Config.at.nprocs]; i++) {
    yield { kind: 'thread', address: dumpAddress(m, mAt(m, i)), id: m[mAt(m, i) + M.at.id], osId: 0 };
  }
}

function segment(m: Mem, kind: 'data' | 'bss', start: Ref, end: Ref): RecordOf<'data' | 'bss'> {
  const bytes = (end - start) * 4;
  return { kind, address: dumpAddress(m, start), contents: memoryAt(m, start, bytes), fields: everyWord(m, bytes) };
}

function memStats(m: Mem): RecordOf<'memStats'> {
  const stats = readMemStats(m);
  return {
    kind: 'memStats',
    alloc: stats.Alloc, totalAlloc: stats.TotalAlloc, sys: stats.Sys, lookups: stats.Lookups, mallocs: stats.Mallocs, frees: stats.Frees,
    heapAlloc: stats.HeapAlloc, heapSys: stats.HeapSys, heapIdle: stats.HeapIdle, heapInuse: stats.HeapInuse,
    heapReleased: stats.HeapReleased, heapObjects: stats.HeapObjects,
    stacksInuse: stats.StackInuse, stacksSys: stats.StackSys, mspanInuse: stats.MSpanInuse, mspanSys: stats.MSpanSys,
    mcacheInuse: stats.MCacheInuse, mcacheSys: stats.MCacheSys, buckHashSys: stats.BuckHashSys, gcSys: stats.GCSys, otherSys: stats.OtherSys,
    nextGC: stats.NextGC, lastGC: unixNs(stats.LastGC), pauseTotalNs: Math.round(stats.PauseTotalNs),
    pauseNs: Array.from({ length: DUMP_PAUSES }, (_, i) => loadWide(m, MSTATS + MStats.at.pauseNs + 2 * i)),
    numGC: stats.NumGC,
  };
}

/** Converts a time in milliseconds, as the machine keeps it. */
function unixNs(ms: number): U64 {
  return ms === 0 ? 0 : BigInt(Math.round(ms)) * NS_PER_MS;
}
