/**
 * The figures of a collection cycle: its moments, its pause in the memory statistics, and its record in the log,
 * which is one line of gctrace.
 */
import { stoppedWorld } from '../memory/guardian.ts';
import { globalRecord } from '../memory/segment.ts';
import { by, padding, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { addWide, loadWide, storeWide } from '../memory/wide.ts';
import { unixtime } from '../base/clock.ts';
import { MARKFOR, ParFor } from '../sync/parfor.ts';
import { GCStats, M, mAt, sumGCStat, type MRef } from '../machine/m.ts';
import { allglen } from '../machine/sched.ts';
import { MSTATS, MStats, PAUSES } from '../malloc/mstats.ts';
import { beginCycleRecord, endCycleRecord, logCollectStats, logCycleField, logThreads } from '../gc/cycle-log.ts';
import { collectorOf, marksBeside, sweepsInPause } from '../gc/collector.ts';
import { cachestats } from '../gc/stats.ts';
import { NPROC } from '../gc/work.ts';

const HEAP_ALLOC_Q = MSTATS + MStats.at.heapAllocQ;
const XNEXT_GC_Q = MSTATS + MStats.at.xnextGcQ;
const NUMGC = MSTATS + MStats.at.numgc;
const XLIVE_Q = MSTATS + MStats.at.xliveQ;
const { gcstats: GCSTATS } = M.at;

const COLLECTING = stoppedWorld('the collecting M');

/**
 * The begin of a collection by a collector that marks concurrently with the program, kept until the cycle is logged. Its first stopped world,
 * in which the mark begins, has a length of 0 if the collection has only one.
 */
export const Begin = struct('begin', 32, {
  /** The end of the first stopped world on the machine's clock, its length, and its parts; ns. */
  endNs: by(COLLECTING, 2),
  pauseNs: by(COLLECTING, 2),
  stopNs: by(COLLECTING, 2),
  sweepNs: by(COLLECTING, 2),
  checkpointNs: by(COLLECTING, 2),
  /** Quads allocated, quads that the last mark found, and the goal of the mark. */
  heapQ: by(COLLECTING),
  liveQ: by(COLLECTING),
  goalQ: by(COLLECTING),
  pad: padding(19),
});

const BEGIN = globalRecord('begin', Begin);
const FIRST_PAUSE_NS = BEGIN + Begin.at.pauseNs;

/** Moments of a cycle, ns. */
export interface Times {
  t0: number;
  t1: number;
  t2: number;
  t3: number;
  t4: number;
  /** The end of the pause. */
  end: number;
  /** Duration of a sweep that followed marking at once, ns. */
  eagerSweepNs: number;
  /** Blocks freed by a sweep in the pause. */
  freed: number;
  /** Time at checkpoints, ns. */
  checkpointNs: number;
}

/** Moments of a stopped world in which a concurrent mark begins, ns. */
export interface FirstTimes {
  /** The collecting M begins to stop the world. */
  readonly started: number;
  readonly stopped: number;
  /** Everything is swept. */
  readonly swept: number;
  readonly end: number;
  /** Time at the checkpoint, ns. */
  readonly checkpointNs: number;
}

/**
 * Keeps the figures of a collection that begins, everything being swept: of its first stopped world, or null if it
 * has only one.
 */
export function keepBegin(m: Mem, first: FirstTimes | null): void {
  m.fill(0, BEGIN, BEGIN + Begin.words);
  m[BEGIN + Begin.at.heapQ] = m[HEAP_ALLOC_Q];
  m[BEGIN + Begin.at.liveQ] = Atomics.load(m, XLIVE_Q);
  m[BEGIN + Begin.at.goalQ] = Atomics.load(m, XNEXT_GC_Q);
  if (first === null) return;
  storeWide(m, BEGIN + Begin.at.endNs, first.end);
  storeWide(m, FIRST_PAUSE_NS, first.end - first.started);
  storeWide(m, BEGIN + Begin.at.stopNs, first.stopped - first.started);
  storeWide(m, BEGIN + Begin.at.sweepNs, first.swept - first.stopped);
  storeWide(m, BEGIN + Begin.at.checkpointNs, first.checkpointNs);
}

/** Logs what keepBegin has kept. */
function logBegin(m: Mem, record: number): void {
  logCycleField(m, record, 'firstEndNs', loadWide(m, BEGIN + Begin.at.endNs));
  logCycleField(m, record, 'firstPauseNs', loadWide(m, FIRST_PAUSE_NS));
  logCycleField(m, record, 'firstStopNs', loadWide(m, BEGIN + Begin.at.stopNs));
  logCycleField(m, record, 'firstSweepNs', loadWide(m, BEGIN + Begin.at.sweepNs));
  logCycleField(m, record, 'firstCheckpointNs', loadWide(m, BEGIN + Begin.at.checkpointNs));
  logCycleField(m, record, 'heapStart', m[BEGIN + Begin.at.heapQ] * 8);
  logCycleField(m, record, 'liveBefore', m[BEGIN + Begin.at.liveQ] * 8);
  logCycleField(m, record, 'goal', m[BEGIN + Begin.at.goalQ] * 8);
  const { assistNs, dedicatedNs, fractionalNs, idleMarkNs } = GCStats.at;
  logCycleField(m, record, 'assistNs', sumGCStat(m, assistNs));
  logCycleField(m, record, 'dedicatedNs', sumGCStat(m, dedicatedNs));
  logCycleField(m, record, 'fractionalNs', sumGCStat(m, fractionalNs));
  logCycleField(m, record, 'idleMarkNs', sumGCStat(m, idleMarkNs));
}

/** Counts the cycle, and stores the time that the world was stopped for it. */
export function recordPause(m: Mem, times: Times): void {
  const now = unixtime();
  const ns = times.end - times.t0 + (marksBeside(m) ? loadWide(m, FIRST_PAUSE_NS) : 0);
  const slot = 2 * (m[NUMGC] % PAUSES);
  storeWide(m, MSTATS + MStats.at.lastGc, now);
  storeWide(m, MSTATS + MStats.at.pauseNs + slot, ns);
  storeWide(m, MSTATS + MStats.at.pauseEnd + slot, now);
  addWide(m, MSTATS + MStats.at.pauseTotalNs, ns);
  m[NUMGC]++;
}

/** Sweeping since the last collection: spans to sweep, spans swept in the background and in a pause. */
export interface Sweeps {
  readonly nspan: number;
  readonly background: number;
  readonly pause: number;
  /** The collection has swept everything after its mark, in the stopped world. */
  readonly atOnce: boolean;
}

/** Appends the record of this cycle, one line of gctrace, to the log. */
export function logCycle(m: Mem, mp: MRef, times: Times, heap0: number, force: number, sweeps: Sweeps): void {
  const record = beginCycleRecord(m);
  if (sweeps.atOnce) cachestats(m, mp);
  logCycleField(m, record, 'numgc', m[NUMGC]);
  logCycleField(m, record, 'nproc', m[NPROC]);
  logCycleField(m, record, 'forced', force);
  logCycleField(m, record, 'endNs', times.end);
  logCycleField(m, record, 'stopNs', times.t1 - times.t0);
  logCycleField(m, record, 'sweepNs', times.t2 - times.t1);
  logCycleField(m, record, 'markNs', times.t3 - times.t2);
  logCycleField(m, record, 'waitNs', times.t4 - times.t3);
  logCycleField(m, record, 'pauseNs', times.end - times.t0);
  logCycleField(m, record, 'eagerSweepNs', times.eagerSweepNs);
  logCycleField(m, record, 'checkpointNs', times.checkpointNs);
  logCycleField(m, record, 'heap0', heap0);
  logCycleField(m, record, 'heap1', (sweepsInPause(m) ? m[HEAP_ALLOC_Q] : m[MSTATS + MStats.at.heapMarkedQ]) * 8);
  logCycleField(m, record, 'nextGc', Atomics.load(m, XNEXT_GC_Q) * 8);
  logCycleField(m, record, 'objects', loadWide(m, MSTATS + MStats.at.heapObjects));
  logCycleField(m, record, 'objects0', loadWide(m, MSTATS + MStats.at.heapObjects) + times.freed);
  logCycleField(m, record, 'nmalloc', loadWide(m, MSTATS + MStats.at.nmalloc));
  logCycleField(m, record, 'nfree', loadWide(m, MSTATS + MStats.at.nfree));
  logCycleField(m, record, 'goroutines', allglen(m));
  logCycleField(m, record, 'nspan', sweeps.nspan);
  logCycleField(m, record, 'nbgsweep', sweeps.background);
  logCycleField(m, record, 'npausesweep', sweeps.pause);
  logCycleField(m, record, 'nsteal', Atomics.load(m, MARKFOR + ParFor.at.xnsteal));
  logCycleField(m, record, 'nstealcnt', Atomics.load(m, MARKFOR + ParFor.at.xnstealcnt));
  logCycleField(m, record, 'nsizelookup', 0);
  logCycleField(m, record, 'naddrlookup', 0);
  if (marksBeside(m)) logBegin(m, record);
  const { logCycle: logOwn } = collectorOf(m);
  if (logOwn !== undefined) logOwn(m, record);
  // Exact only if everything is swept and nothing was allocated since: then the heap is what was marked.
  logCycleField(m, record, 'bytesMarked', m[HEAP_ALLOC_Q] * 8);
  sumAndClearGCStats(m, record);
  logCollectStats(m, record);
  endCycleRecord(m);
}

/** Sums the counts of all Ms in this cycle into `record`, if there is one, and clears them. */
export function sumAndClearGCStats(m: Mem, record: number | null): void {
  const { nhandoff, nhandoffcnt, nprocyield, nosyield, nsleep, objectsMarked, rootNs, drainNs, waitNs, spanVisits, spanObjects } = GCStats.at;
  if (record !== null) {
    logCycleField(m, record, 'nhandoff', sumGCStat(m, nhandoff));
    logCycleField(m, record, 'nhandoffcnt', sumGCStat(m, nhandoffcnt));
    logCycleField(m, record, 'nprocyield', sumGCStat(m, nprocyield) + Atomics.load(m, MARKFOR + ParFor.at.xnprocyield));
    logCycleField(m, record, 'nosyield', sumGCStat(m, nosyield) + Atomics.load(m, MARKFOR + ParFor.at.xnosyield));
    logCycleField(m, record, 'nsleep', sumGCStat(m, nsleep) + Atomics.load(m, MARKFOR + ParFor.at.xnsleep));
    logCycleField(m, record, 'objectsMarked', sumGCStat(m, objectsMarked));
    logCycleField(m, record, 'spanVisits', sumGCStat(m, spanVisits));
    logCycleField(m, record, 'spanObjects', sumGCStat(m, spanObjects));
    logCycleField(m, record, 'rootNs', sumGCStat(m, rootNs));
    logCycleField(m, record, 'drainNs', sumGCStat(m, drainNs));
    logCycleField(m, record, 'idleNs', sumGCStat(m, waitNs));
    logThreads(m, record);
  }
  for (let i = 0; i < m[CONFIG + Config.at.nprocs]; i++) {
    m.fill(0, mAt(m, i) + GCSTATS, mAt(m, i) + GCSTATS + GCStats.words);
  }
}
