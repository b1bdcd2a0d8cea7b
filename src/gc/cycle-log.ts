/**
 * The log of collections: a ring of records that whoever watches the machine reads and
 * empties. A collection waits for room rather than losing a record.
 */
import { atomic, padding, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { globalRecord } from '../memory/segment.ts';
import type { Ref } from '../memory/address.ts';
import { loadWide, storeWide } from '../memory/wide.ts';
import { futexsleep, futexwakeup } from '../sync/os.ts';
import { GCStats, M, mAt } from '../machine/m.ts';
import { GcStats, INSTRUCTIONS, countsWork, sumCollectStats } from './collect-stats.ts';
import { ringDoorbell } from '../sync/bell.ts';

export const CycleRing = struct('cycles', 64, {
  /** Records ever written, ever read. */
  xwritten: atomic('the collecting M writes it'),
  pad0: padding(15),
  xread: atomic('the watcher writes it'),
  pad1: padding(15),
});

const RING: Ref = globalRecord('cycles', CycleRing);
const XWRITTEN = RING + CycleRing.at.xwritten;
const XREAD = RING + CycleRing.at.xread;
const BASE = CONFIG + Config.at.cycleLog;
const CAP = CONFIG + Config.at.cycleLogCap;

/** What is kept of a collection; every field is a number of two words. */
export const CYCLE_FIELDS = [
  'numgc', 'nproc', 'forced', 'endNs',
  /** Phases of gctrace, ns: stopping, sweeping what is left, marking, waiting for the helpers. */
  'stopNs', 'sweepNs', 'markNs', 'waitNs', 'pauseNs',
  /** Sweeping everything after the mark, where the collection was asked to; ns. */
  'eagerSweepNs',
  'heap0', 'heap1', 'nextGc', 'objects', 'nmalloc', 'nfree', 'goroutines',
  'nspan', 'nbgsweep', 'npausesweep',
  'nhandoff', 'nhandoffcnt', 'nsteal', 'nstealcnt', 'nprocyield', 'nosyield', 'nsleep',
  'objectsMarked', 'bytesMarked', 'rootNs', 'drainNs', 'idleNs',
  /** Of the older collectors: objects before the collection, and lookups of spans while marking. */
  'objects0', 'nsizelookup', 'naddrlookup',
] as const;

const THREAD_FIELDS = ['objectsMarked', 'bytesScanned', 'rootNs', 'drainNs', 'waitNs', 'gatherNs', 'sleepNs', 'handoffNs', 'casFailed'] as const;

export type CycleField = (typeof CYCLE_FIELDS)[number];
export type CollectStat = keyof typeof GcStats.at;
/** What one M did in a mark: its GCStats. */
export type MarkThread = Readonly<Record<(typeof THREAD_FIELDS)[number], number>>;
/** What the mark loop did, by counter; `instr` by opcode. */
export type CollectStats = Record<Exclude<CollectStat, 'instr'>, number> & { readonly instr: readonly number[] };
/** One collection, as the watcher reads it. */
export type Cycle = Record<CycleField, number> & { collectStats?: CollectStats; readonly threads: readonly MarkThread[] };

const FIELD_WORDS = 96;
if (CYCLE_FIELDS.length * 2 > FIELD_WORDS) throw new Error('cycle record: too many fields');
const THREADS = FIELD_WORDS + GcStats.words;
const NPROCS = CONFIG + Config.at.nprocs;

/** The fields, then the sum of all GcStats, then the GCStats of each M. */
export function cycleWords(nprocs: number): number {
  return THREADS + nprocs * GCStats.words;
}

/** Room for the next record; waits until the watcher has read one if there is none. */
export function beginCycleRecord(m: Mem): Ref {
  const written = Atomics.load(m, XWRITTEN);
  for (;;) {
    const read = Atomics.load(m, XREAD);
    if (written - read < m[CAP]) return recordAt(m, written);
    futexsleep(m, XREAD, read);
  }
}

function recordAt(m: Mem, n: number): Ref {
  return m[BASE] + (n % m[CAP]) * cycleWords(m[NPROCS]);
}

/** Sets one field of the record at `record`. */
export function logCycleField(m: Mem, record: Ref, field: CycleField, value: number): void {
  storeWide(m, record + 2 * CYCLE_FIELDS.indexOf(field), value);
}

/** Moves what every M has counted for CollectStats into the record, if they count. */
export function logCollectStats(m: Mem, record: Ref): void {
  if (countsWork(m)) sumCollectStats(m, record + FIELD_WORDS);
}

/** Keeps what each M did in this mark phase. */
export function logThreads(m: Mem, record: Ref): void {
  for (let i = 0; i < m[NPROCS]; i++) {
    const stats = mAt(m, i) + M.at.gcstats;
    m.copyWithin(record + THREADS + i * GCStats.words, stats, stats + GCStats.words);
  }
}

/** Publishes the record. */
export function endCycleRecord(m: Mem): void {
  Atomics.add(m, XWRITTEN, 1);
  ringDoorbell(m);
}

/** For the watcher: the records written since it last asked. */
export function drainCycles(m: Mem): Cycle[] {
  const cycles: Cycle[] = [];
  const written = Atomics.load(m, XWRITTEN);
  let read = Atomics.load(m, XREAD);
  for (; read < written; read++) {
    const record = recordAt(m, read);
    const cycle = { threads: readThreads(m, record + THREADS) } as Record<CycleField, number> & { threads: MarkThread[]; collectStats?: CollectStats };
    for (let i = 0; i < CYCLE_FIELDS.length; i++) cycle[CYCLE_FIELDS[i]] = loadWide(m, record + 2 * i);
    if (countsWork(m)) cycle.collectStats = readCollectStats(m, record + FIELD_WORDS);
    cycles.push(cycle);
  }
  if (cycles.length > 0) {
    Atomics.store(m, XREAD, read);
    futexwakeup(m, XREAD, 1);
  }
  return cycles;
}

/** Of the Ms that took part. */
function readThreads(m: Mem, at: Ref): MarkThread[] {
  const threads: MarkThread[] = [];
  for (let i = 0; i < m[NPROCS]; i++) {
    const stats = at + i * GCStats.words;
    const thread = {} as Record<keyof MarkThread, number>;
    for (const field of THREAD_FIELDS) thread[field] = loadWide(m, stats + GCStats.at[field]);
    if (thread.rootNs + thread.drainNs > 0) threads.push(thread);
  }
  return threads;
}

function readCollectStats(m: Mem, at: Ref): CollectStats {
  const counts = {} as Record<CollectStat, number>;
  for (const name of Object.keys(GcStats.at) as CollectStat[]) counts[name] = loadWide(m, at + GcStats.at[name]);
  const instr: number[] = [];
  for (let i = 0; i < INSTRUCTIONS; i++) instr.push(loadWide(m, at + GcStats.at.instr + 2 * i));
  return { ...counts, instr };
}
