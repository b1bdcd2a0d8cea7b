/**
 * The log of collections: a ring of records in the shared memory.
 *
 * 1. The collecting M takes the next record (beginCycleRecord). If the ring is full, it waits on `xread`.
 * 2. It writes the fields, then adds 1 to `xwritten` and rings the doorbell (endCycleRecord).
 * 3. The watcher reads all records between `xread` and `xwritten`, advances `xread` and wakes a
 *    waiting M (drainCycles). No record is lost.
 *
 * Invariant: xread <= xwritten <= xread + Config.cycleLogCap.
 */
import type { Figure } from '../base/figure.ts';
import { atomic, padding, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { globalRecord } from '../memory/segment.ts';
import type { Ref } from '../memory/address.ts';
import { loadWide, storeWide } from '../memory/wide.ts';
import { futexsleep, futexwakeup } from '../sync/os.ts';
import { GCStats, M, mAt } from '../machine/m.ts';
import { MarkCounts, INSTRUCTIONS, countsWork, sumCollectStats } from './collect-stats.ts';
import { ringDoorbell } from '../sync/bell.ts';

export const CycleRing = struct('cycles', 64, {
  /** Records ever written. */
  xwritten: atomic('the collecting M writes it'),
  pad0: padding(15),
  /** Records ever read. */
  xread: atomic('the watcher writes it'),
  pad1: padding(15),
});

const RING: Ref = globalRecord('cycles', CycleRing);
const XWRITTEN = RING + CycleRing.at.xwritten;
const XREAD = RING + CycleRing.at.xread;
const BASE = CONFIG + Config.at.cycleLog;
const CAP = CONFIG + Config.at.cycleLogCap;

/**
 * The fields of a record, each a number of two words, in the order of the words. An entry gives the
 * type, the place in the record, the JSON schema (report/schema.ts) and the row of docs/json.md. logCycle of
 * runtime/gc.ts writes the value.
 */
export const CYCLE = {
  numgc: { unit: 'count', about: 'number of the collection, from 1' },
  nproc: { unit: 'count', about: 'marking threads' },
  forced: { unit: 'count', about: '0: started by the heap goal; otherwise forced' },
  endNs: { unit: 'ns', about: "end of the pause, on the machine's monotonic clock" },
  stopNs: { unit: 'ns', about: 'stopping the world' },
  sweepNs: { unit: 'ns', about: 'sweeping the rest of the last cycle' },
  markNs: { unit: 'ns', about: 'marking, until the collecting M finds no more work' },
  waitNs: { unit: 'ns', about: 'waiting for the helpers after the mark' },
  pauseNs: { unit: 'ns', about: 'the whole pause; with collector concurrent, the last stopped world' },
  eagerSweepNs: { unit: 'ns', about: 'sweeping inside the pause after the mark' },
  checkpointNs: { unit: 'ns', about: 'of the pause, waiting at checkpoints for the oracle (`--verify`) or for the map of the heap to be read' },
  heap0: { unit: 'bytes', about: 'heap before the collection' },
  heap1: { unit: 'bytes', about: 'heap after the mark' },
  nextGc: { unit: 'bytes', about: 'goal of the next collection' },
  objects: { unit: 'count', about: 'HeapObjects after the mark' },
  nmalloc: { unit: 'count', about: 'Mallocs' },
  nfree: { unit: 'count', about: 'Frees' },
  goroutines: { unit: 'count', about: 'goroutines' },
  nspan: { unit: 'count', about: 'spans to sweep' },
  nbgsweep: { unit: 'count', about: 'spans that the background sweeper swept since the last collection' },
  npausesweep: { unit: 'count', about: 'spans that were swept with the world stopped' },
  nhandoff: { unit: 'count', about: 'work buffers halved for a waiting M' },
  nhandoffcnt: { unit: 'count', about: 'objects in these halves' },
  nsteal: { unit: 'count', about: 'steals from the parallel for over the roots' },
  nstealcnt: { unit: 'count', about: 'root jobs stolen' },
  nprocyield: { unit: 'count', about: 'spins while waiting for work' },
  nosyield: { unit: 'count', about: 'yields while waiting for work' },
  nsleep: { unit: 'count', about: 'sleeps while waiting for work' },
  objectsMarked: { unit: 'count', about: 'objects marked' },
  bytesMarked: { unit: 'bytes', about: 'bytes marked; exact only if nothing is allocated since and all is swept' },
  rootNs: { unit: 'ns', about: 'marking from roots; the sum over all Ms' },
  drainNs: { unit: 'ns', about: 'scanning and waiting for work; the sum over all Ms' },
  idleNs: { unit: 'ns', about: 'waiting in getfull; the sum over all Ms' },
  spanVisits: { unit: 'count', about: 'visits of spans; policy spans only' },
  spanObjects: { unit: 'count', about: 'objects scanned in these visits; policy spans only' },
  objects0: { unit: 'count', about: 'HeapObjects before the collection; only if it sweeps in the pause' },
  nsizelookup: { unit: 'count', about: 'lookups of a span for its block size while marking; collector bitmap only' },
  naddrlookup: { unit: 'count', about: 'lookups of a span for a block\'s start while marking; collector bitmap only' },
  firstEndNs: { unit: 'ns', about: "end of the first stopped world, in which the mark began, on the machine's clock; 0 if there was only one. This and the following are of collector concurrent only" },
  firstPauseNs: { unit: 'ns', about: 'length of the first stopped world, which `pauseNs` leaves out' },
  firstStopNs: { unit: 'ns', about: 'of it, stopping the world' },
  firstSweepNs: { unit: 'ns', about: 'of it, sweeping the rest of the last cycle' },
  firstCheckpointNs: { unit: 'ns', about: 'of it, waiting at checkpoints' },
  heapStart: { unit: 'bytes', about: 'heap when the collection began' },
  liveBefore: { unit: 'bytes', about: 'heap that the last collection left, all swept' },
  goal: { unit: 'bytes', about: 'heap that this collection should not pass' },
  assistNs: { unit: 'ns', about: 'marking by goroutines that allocated too fast; the sum over all Ms' },
  dedicatedNs: { unit: 'ns', about: 'marking by dedicated workers concurrently with the program; the sum over all' },
  fractionalNs: { unit: 'ns', about: 'marking by workers that share their P with the program; the sum over all' },
  idleMarkNs: { unit: 'ns', about: 'marking on Ps that had nothing to run; the sum over all' },
} as const satisfies Readonly<Record<string, Figure>>;

export type CycleField = keyof typeof CYCLE;
/** The names, in the order of the record's words. */
export const CYCLE_FIELDS = Object.keys(CYCLE) as readonly CycleField[];

const THREAD_FIELDS = ['objectsMarked', 'bytesScanned', 'rootNs', 'drainNs', 'waitNs', 'gatherNs', 'sleepNs', 'handoffNs', 'casFailed'] as const;

export type CollectStat = keyof typeof MarkCounts.at;
/** The work of one M in a mark: its GCStats. */
export type MarkThread = Readonly<Record<(typeof THREAD_FIELDS)[number], number>>;
/** Counters of the mark loop, summed over the Ms; `instr` by opcode. */
export type CollectStats = Record<Exclude<CollectStat, 'instr'>, number> & { readonly instr: readonly number[] };
/** One collection, as the watcher reads it. */
export type Cycle = Record<CycleField, number> & { collectStats?: CollectStats; readonly threads: readonly MarkThread[] };

/** Words of the fields, rounded up to two cache lines. */
const FIELD_WORDS = Math.ceil((2 * CYCLE_FIELDS.length) / 32) * 32;
const THREADS = FIELD_WORDS + MarkCounts.words;
/** The words of each M's GCStats that a record keeps: up to the last of THREAD_FIELDS. */
const THREAD_WORDS = Math.max(...THREAD_FIELDS.map((field) => GCStats.at[field])) + 2;
const NPROCS = CONFIG + Config.at.nprocs;

/** Returns the size of a record: the fields, then the sum of all MarkCounts, then the GCStats of each of `nprocs` Ms. */
export function cycleWords(nprocs: number): number {
  return THREADS + nprocs * THREAD_WORDS;
}

/** Returns the place of the next record. If the ring is full, waits until the watcher has read a record. */
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

/** Moves the sum of all Ms' CollectStats into the record. Does nothing without --godebug collectstats. */
export function logCollectStats(m: Mem, record: Ref): void {
  if (countsWork(m)) sumCollectStats(m, record + FIELD_WORDS);
}

/** Copies the GCStats of each M into the record. */
export function logThreads(m: Mem, record: Ref): void {
  for (let i = 0; i < m[NPROCS]; i++) {
    const stats = mAt(m, i) + M.at.gcstats;
    m.copyWithin(record + THREADS + i * THREAD_WORDS, stats, stats + THREAD_WORDS);
  }
}

/** Publishes the record. */
export function endCycleRecord(m: Mem): void {
  Atomics.add(m, XWRITTEN, 1);
  ringDoorbell(m);
}

/** Returns the records written since the last call, and frees their places. Only the watcher calls it. */
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

/** Returns the GCStats of the Ms that took part in the mark. */
function readThreads(m: Mem, at: Ref): MarkThread[] {
  const threads: MarkThread[] = [];
  for (let i = 0; i < m[NPROCS]; i++) {
    const stats = at + i * THREAD_WORDS;
    const thread = {} as Record<keyof MarkThread, number>;
    for (const field of THREAD_FIELDS) thread[field] = loadWide(m, stats + GCStats.at[field]);
    if (thread.rootNs + thread.drainNs > 0) threads.push(thread);
  }
  return threads;
}

function readCollectStats(m: Mem, at: Ref): CollectStats {
  const counts = {} as Record<CollectStat, number>;
  for (const name of Object.keys(MarkCounts.at) as CollectStat[]) counts[name] = loadWide(m, at + MarkCounts.at[name]);
  const instr: number[] = [];
  for (let i = 0; i < INSTRUCTIONS; i++) instr.push(loadWide(m, at + MarkCounts.at.instr + 2 * i));
  return { ...counts, instr };
}
