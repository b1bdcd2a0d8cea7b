/**
 * Predicts a phase other than marking: a sweep after a mark, allocation from fresh memory, or stopping and starting the world.
 * As for marks, the phase's own source runs on virtual clocks, and each prediction works on a copy of the heap.
 */
import { CONFIG, Config } from '../memory/config.ts';
import { lock, unlock } from '../sync/lock.ts';
import { G, G_STATUS, gAt } from '../machine/g.ts';
import { M, mAt, PHASE } from '../machine/m.ts';
import { P, P_STATUS, pAt } from '../machine/p.ts';
import { SCHED_LOCK } from '../machine/sched.ts';
import { XNDONE, XNWAIT } from '../gc/work.ts';
import { MSTATS, MStats } from '../malloc/mstats.ts';
import { loadWide } from '../memory/wide.ts';
import { setUpSweep } from '../runtime/gc.ts';
import { mgetLocked, pidlegetLocked } from '../runtime/idle.ts';
import { kindNs } from './cores.ts';
import { SPENDINGS, spentBy, type Spent } from './cost-log.ts';
import { buildModelHeap, type ModelHeap, type ModelHeapOptions } from './heap.ts';
import type { ModelCore } from './load.ts';
import type { MachineModel } from './machine-model.ts';
import type { OtherPhase } from './other-phases.ts';
import { ALLOC_BYTES, RING } from './programs/alloc.ts';
import { markAsCollector } from './programs/mark.ts';
import { runVirtual, type VirtualOptions, type VirtualRun } from './virtual-time.ts';

/** Objects that are allocated unless given, by all threads together. */
const ALLOC_OBJECTS = 500_000;
/** Times that the world is stopped. */
const STOPS = 10;
/** Bytes of spans that each M caches, at most; for the arena's size. */
const SLACK_BYTES = 1 << 18;

export interface PhaseOptions {
  readonly core: ModelCore;
  readonly machine: MachineModel;
  readonly heap: ModelHeap;
  /** Factors of the cost of an access by its site; see what-if.ts. */
  readonly scales?: Float64Array;
  readonly isStopped?: () => boolean;
  /** Objects that all threads together allocate; at most the default. */
  readonly allocObjects?: number;
}

export interface PredictedPhase {
  readonly procs: number;
  /** Time of the phase; of stw, until the world was stopped, in the mean. */
  readonly ns: number;
  /** Of stw: until the call that starts the world again returns, in the mean. */
  readonly startNs?: number;
  /** Objects allocated, or on the heap before the sweep; of stw 0. */
  readonly objects: number;
  /** Bytes allocated, or of the spans that are swept; of stw 0. */
  readonly bytes: number;
  /** What the time of all threads was spent on. */
  readonly spent: Spent;
}

/**
 * Builds the heap of a phase.
 * @param options of the heap that is swept; the other phases take its machine only
 * @throws UsageError for options that can't be met
 */
export async function buildPhaseHeap(phase: OtherPhase, options: ModelHeapOptions): Promise<ModelHeap> {
  const { procs, goarch } = options;
  if (phase !== 'sweep') {
    const arena = phase === 'alloc' ? 2 * ALLOC_OBJECTS * ALLOC_BYTES + procs * (2 * RING * 8 + SLACK_BYTES) : undefined;
    return buildModelHeap({ workload: 'churn', params: { threads: procs, count: procs, ring: 1 }, procs, goarch, arena });
  }
  const heap = await buildModelHeap(options);
  // The sweep finds the marks of a real mark.
  markAsCollector(heap.template, 1);
  setUpSweep(heap.template);
  return heap;
}

/** Predicts `phase` with `procs` threads. @throws Stopped */
export function predictPhase(phase: OtherPhase, options: PhaseOptions, procs: number): PredictedPhase {
  return PREDICT[phase](options, procs);
}

const PREDICT: Readonly<Record<OtherPhase, (options: PhaseOptions, procs: number) => PredictedPhase>> = {
  sweep: predictSweep, alloc: predictAlloc, stw: predictStops,
};

function predictSweep(options: PhaseOptions, procs: number): PredictedPhase {
  const { core, heap } = options;
  const run = runOf(options, procs, heap.template.slice(), (m) => core.sweepAsCaller(m, procs), (m, i) => core.sweepAsHelper(m, i));
  return { procs, ns: run.ns, objects: heap.objects, bytes: loadWide(heap.template, MSTATS + MStats.at.heapInuse), spent: run.spent };
}

function predictAlloc(options: PhaseOptions, procs: number): PredictedPhase {
  const { core, heap, allocObjects = ALLOC_OBJECTS } = options;
  const each = Math.floor(allocObjects / procs);
  const run = runOf(options, procs, heap.template.slice(), (m) => core.allocAsCaller(m, procs, each), (m, i) => core.allocAsHelper(m, i, each));
  return { procs, ns: run.ns, objects: each * procs, bytes: each * procs * ALLOC_BYTES, spent: run.spent };
}

function predictStops(options: PhaseOptions, procs: number): PredictedPhase {
  const { core, heap } = options;
  const [stops, starts] = [false, true].map((isStart) => {
    const m = heap.template.slice();
    letAllRun(m, procs);
    const arena = m[CONFIG + Config.at.arenaStart];
    return runOf(options, procs, m, (memory) => core.stopAsCaller(memory, procs, STOPS, isStart), (memory, i) => core.runUntilStopped(memory, i, arena + 1024 * i));
  });
  return { procs, ns: stops.ns / STOPS, startNs: starts.ns / STOPS, objects: 0, bytes: 0, spent: stops.spent };
}

/** Makes the first `procs` Ms run a goroutine each; the other Ps are dead. */
function letAllRun(m: Int32Array, procs: number): void {
  const m0 = mAt(m, 0);
  lock(m, m0, SCHED_LOCK);
  while (pidlegetLocked(m) !== 0);
  while (mgetLocked(m) !== 0);
  unlock(m, m0, SCHED_LOCK);
  for (let i = 0; i < m[CONFIG + Config.at.nprocs]; i++) {
    Atomics.store(m, pAt(m, i) + P.at.xstatus, i < procs ? P_STATUS.running : P_STATUS.dead);
    if (i >= procs) continue;
    m[mAt(m, i) + M.at.curg] = gAt(m, i);
    m[mAt(m, i) + M.at.phase] = PHASE.running;
    Atomics.store(m, gAt(m, i) + G.at.xstatus, G_STATUS.running);
  }
  Atomics.store(m, XNDONE, 0);
  Atomics.store(m, XNWAIT, 0);
}

type Program = (m: Int32Array) => ReturnType<VirtualOptions['threads'][number]>;

function runOf(
  { core, machine, heap, scales, isStopped }: PhaseOptions, procs: number, m: Int32Array, caller: Program, helper: (m: Int32Array, i: number) => ReturnType<Program>,
): { readonly ns: number; readonly spent: Spent } {
  const helpers = Array.from({ length: procs - 1 }, (_, i): Program => (memory) => helper(memory, i + 1));
  const run = runVirtual({ core, machine, m, threads: [caller, ...helpers], inUse: heap.inUse, scales, isStopped });
  return { ns: run.results[0] as number, spent: spentByAll(run, machine) };
}

function spentByAll({ caches, clocks }: VirtualRun, machine: MachineModel): Spent {
  const ns = kindNs(machine);
  const costs = [...clocks.keys()].map((thread) => spentBy(caches, ns, thread));
  const totals = SPENDINGS.slice(0, -1).map((_, i) => costs.reduce((sum, spent) => sum + spent[i], 0));
  const waiting = Math.max(0, clocks.reduce((sum, end) => sum + end, 0) - totals.reduce((sum, total) => sum + total, 0));
  return Object.fromEntries(SPENDINGS.map((name, i) => [name, totals[i] ?? waiting])) as Spent;
}
