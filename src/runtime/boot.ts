/** Booting the machine: Go's schedinit and mallocinit. */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { mapMemory, writeConfig, type MachineShape, type MemoryMap, type RecordSizes } from '../memory/map.ts';
import { storeWide } from '../memory/wide.ts';
import { fatal } from '../base/fatal.ts';
import { seedState } from '../base/random.ts';
import { G } from '../machine/g.ts';
import { M, mAt, type MRef } from '../machine/m.ts';
import { P, P_STATUS, pAt } from '../machine/p.ts';
import { SCHED, SCHED_LOCK, Sched } from '../machine/sched.ts';
import { storesInit, switchBarrier } from '../heap/write-pointer.ts';
import { Span } from '../heap/span.ts';
import { compileTypes, type TypeTable } from '../heap/type-table.ts';
import { MCache, mcacheOf } from '../malloc/mcache-record.ts';
import { mcacheInit } from '../malloc/mcache.ts';
import { mcentralInit } from '../malloc/mcentral.ts';
import { arenaInit } from '../malloc/arena.ts';
import { mheapInit } from '../malloc/mheap.ts';
import { MSTATS, MStats } from '../malloc/mstats.ts';
import { stackinit } from '../malloc/stack.ts';
import { sysMap, sysinit } from '../malloc/sys.ts';
import { MarkCounts } from '../gc/collect-stats.ts';
import { COLLECTORS } from '../gc/collectors/registry.ts';
import { TRACE_CAP, TraceRecord } from '../malloc/trace.ts';
import { cycleWords } from '../gc/cycle-log.ts';
import { POLICY } from '../gc/policy.ts';
import { SpanQueue } from '../gc/spans/state.ts';
import { workbufStruct, workinit } from '../gc/work.ts';
import { eventRingWords } from '../sync/events.ts';
import { lock, unlock } from '../sync/lock.ts';
import { limitTrigger, noteLimitGoal } from '../gc/pacer/limit.ts';
import { ASSISTS } from '../gc/pacer/record.ts';
import { newproc } from './ready.ts';
import { setRateStopped } from './memprofile.ts';
import { pidleputLocked, mputLocked } from './idle.ts';
import { SYSTEM_STEPS } from './system.ts';
import type { Step } from './goroutine.ts';

const SIZES: RecordSizes = {
  g: G.words,
  m: M.words,
  p: P.words,
  span: Span.words,
  workbuf: (cap) => workbufStruct(cap).words,
  cycle: cycleWords,
  collectStats: MarkCounts.words,
  trace: TRACE_CAP * TraceRecord.words,
  eventRing: eventRingWords,
  collectorData: (id, arenaPages) => COLLECTORS[id].data?.words(arenaPages) ?? 0,
  hasHints: (policy) => policy === POLICY.tuned || policy === POLICY.lab,
  spanQueue: (policy) => (policy === POLICY.spans ? SpanQueue.words : 0),
};

/** Returns the memory map of a machine of `shape`. A collector that does not mark concurrently with the program has no assists and no memory limit. */
export function planMemory(shape: MachineShape): MemoryMap {
  const isPaced = COLLECTORS[shape.collector ?? 0].beginMark !== undefined;
  return mapMemory(isPaced ? shape : { ...shape, assists: ASSISTS.off, memoryLimit: 0 }, SIZES);
}

/**
 * Boots a machine in the zeroed memory `m`. M 0 runs the caller's code; the other Ms are idle.
 * No collection starts before `enableGC`.
 * @param gcpercent GOGC, negative for off
 * @param types types of the workload that will run
 * @returns M 0
 */
export function boot(m: Mem, map: MemoryMap, gcpercent: number, types?: TypeTable): MRef {
  const { workbufCap, ptrBufCap } = map.shape;
  // The mark loops put all objects of one flush, or of one piece of an object, into one workbuf.
  if (workbufCap < Math.max(2, ptrBufCap)) fatal('WORKBUFS_TOO_SMALL', { workbufCap, ptrBufCap });
  writeConfig(m, map);
  if (types !== undefined) writeTypes(m, types, map.shape.ptrWords);
  storesInit(m);
  // A collector that marks concurrently with the program switches its barrier on when it begins to.
  if (COLLECTORS[m[CONFIG + Config.at.collector]].beginMark === undefined) switchBarrier(m, true);
  const m0 = mAt(m, 0);
  sysinit(m, map.shape.osHoles);
  arenaInit(m, m0);
  mheapInit(m);
  mcentralInit(m);
  stackinit(m);
  workinit(m);
  const nprocs = m[CONFIG + Config.at.nprocs];
  for (let i = 0; i < nprocs; i++) initProc(m, i);
  setRateStopped(m, m[CONFIG + Config.at.memprofileRate]);
  m[MSTATS + MStats.at.gcpercent] = gcpercent;
  m[MSTATS + MStats.at.cyclePercent] = gcpercent;
  storeWide(m, MSTATS + MStats.at.mcacheInuse, nprocs * MCache.words * 4);
  sysMap(m, m0, m[CONFIG + Config.at.ps], nprocs * MCache.words, MSTATS + MStats.at.mcacheSys);
  Atomics.store(m, MSTATS + MStats.at.xnextGcQ, firstGoal(gcpercent));
  noteLimitGoal(m);
  limitTrigger(m);
  Atomics.store(m, SCHED + Sched.at.xworldsema, 1);
  Atomics.store(m, pAt(m, 0) + P.at.xstatus, P_STATUS.running);
  lock(m, m0, SCHED_LOCK);
  for (let i = nprocs - 1; i > 0; i--) {
    mputLocked(m, mAt(m, i));
    pidleputLocked(m, pAt(m, i));
  }
  unlock(m, m0, SCHED_LOCK);
  return m0;
}

function writeTypes(m: Mem, types: TypeTable, pw: 1 | 2): void {
  const at = m[CONFIG + Config.at.typeTable];
  const words = compileTypes(types, at, pw);
  for (let i = 0; i < words.length; i++) m[at + i] = words[i];
}

function initProc(m: Mem, i: number): void {
  const mp = mAt(m, i);
  const pp = pAt(m, i);
  m[mp + M.at.id] = i;
  m[mp + M.at.p] = pp;
  m[mp + M.at.mcache] = mcacheOf(pp);
  m[mp + M.at.fastrand] = seedState(m[CONFIG + Config.at.seed] + i) | 0;
  m[pp + P.at.id] = i;
  m[pp + P.at.m] = mp;
  mcacheInit(m, mcacheOf(pp));
}

/** Returns Go's first heap goal, 4 MB at GOGC=100, in quads. */
function firstGoal(gcpercent: number): number {
  if (gcpercent < 0) return 0x7fffffff;
  return Math.min(0x7fffffff, Math.floor(((4 << 20) / 8) * Math.max(1, gcpercent) / 100));
}

/** Allows collections from now on. */
export function enableGC(m: Mem): void {
  m[MSTATS + MStats.at.enablegc] = 1;
}

/** Returns the text segment of a machine that runs `program`, whose step 0 is at `PROGRAM_BASE`. */
export function link<S>(program: readonly S[]): readonly (S | Step)[] {
  return [...SYSTEM_STEPS, ...program];
}

export const PROGRAM_BASE = SYSTEM_STEPS.length;

/** Makes the main goroutine, which begins at step `pc` of the program; its end shuts the machine down. */
export function startMain(m: Mem, m0: MRef, pc: number, slots: number): void {
  m[SCHED + Sched.at.maing] = newproc(m, m0, PROGRAM_BASE, pc, slots, false);
}
