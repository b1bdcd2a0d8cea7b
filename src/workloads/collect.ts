/**
 * The program that measures marking: forced collections of a heap that was built or loaded before,
 * alternating between thread counts. Optionally as many goroutines sweep after each collection; a log
 * on the heap holds the duration of each sweep.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { loadWide, storeWide } from '../memory/wide.ts';
import { nanotime } from '../base/clock.ts';
import { UsageError } from '../base/fatal.ts';
import { G, G_INTS, type GRef } from '../machine/g.ts';
import type { MRef } from '../machine/m.ts';
import { FLAG_NOSCAN } from '../malloc/flags.ts';
import { sweepone } from '../malloc/compiled.ts';
import { NOTHING_TO_SWEEP } from '../malloc/sweep.ts';
import { WORK, Work } from '../gc/work.ts';
import { FORCE, gcStart } from '../runtime/gc.ts';
import { GOEXIT, type Step } from '../runtime/goroutine.ts';
import { getGlobal, getInt, newObject, prepare, setGlobal, setInt, start } from '../runtime/mutator.ts';
import { SLACK_BYTES } from './footprint.ts';
import { GROUP_GLOBALS, groupAdd, groupDone, groupWait } from './join.ts';
import type { Needs, Param, Params, Workload } from './workload.ts';

const WANT_PROCS = WORK + Work.at.wantProcs;

/** Ints of the main goroutine: collections done, collections in total, number of thread counts, then the thread counts. */
const DONE = 0;
const TOTAL = 1;
const TURNS = 2;
const LIST = 3;

/** Ints after the thread counts: whether threads sweep, and the start time of a sweep in two ints. */
const AFTER_LIST = 3;

const MAX_TURNS = G_INTS - LIST - AFTER_LIST;
const MAX_RUNS = 1_000_000;

const PC = { collect: 0, sweep: 1, help: 2, swept: 3 } as const;

/** Globals: the group of sweepers, and the log of sweep times. */
const GROUP = 1;
const LOG = GROUP + GROUP_GLOBALS;
const NUMBER_BYTES = 8;
const SPANS_A_STEP = 16;
const NPROCS = CONFIG + Config.at.nprocs;

export const COLLECT_PARAMS: Readonly<Record<'runs' | 'procs', Param>> = {
  runs: { default: 10, min: 0, max: MAX_RUNS, help: 'forced collections, after one to warm up' },
  procs: { default: 0, min: 0, max: 64, help: 'marking threads; 0: all Ps' },
};

/**
 * Returns the main goroutine's ints for `runs` collections with each thread count of `procs` (0: all
 * Ps), after a warm-up collection with each: (runs + 1) * procs.length in total, in the order of
 * `turnOf`.
 * @param sweepsByThreads whether as many threads sweep after each collection; see readSweeps
 * @throws UsageError for too many thread counts or runs
 */
export function collectArgs(runs: number, procs: readonly number[], sweepsByThreads = false): readonly number[] {
  if (procs.length < 1 || procs.length > MAX_TURNS) {
    throw new UsageError(`1 to ${MAX_TURNS} thread counts can be compared in one run, not ${procs.length}`);
  }
  if (!Number.isInteger(runs) || runs < 0 || runs > MAX_RUNS) {
    throw new UsageError(`the number of collections must be 0 to ${MAX_RUNS}, not ${runs}`);
  }
  return [0, (runs + 1) * procs.length, procs.length, ...procs, ...(sweepsByThreads ? [1] : [])];
}

/**
 * Returns the index, in a list of `turns` thread counts, of the count for collection `i`. The rounds
 * go forwards and backwards in turn, so that a drift of the machine affects all counts alike. The
 * first round is the warm-up.
 */
export function turnOf(i: number, turns: number): number {
  const round = Math.floor(i / turns);
  const turn = i - round * turns;
  return round % 2 === 0 ? turn : turns - 1 - turn;
}

function collectOnce(m: Mem, mp: MRef, gp: GRef): number {
  const done = getInt(m, gp, DONE);
  if (done === getInt(m, gp, TOTAL)) {
    m[WANT_PROCS] = 0;
    return GOEXIT;
  }
  const turns = getInt(m, gp, TURNS);
  const threads = getInt(m, gp, LIST + turnOf(done, turns));
  const sweeps = getInt(m, gp, LIST + turns) !== 0;
  if (sweeps && done === 0) setGlobal(m, LOG, newObject(m, mp, gp, 0, getInt(m, gp, TOTAL) * NUMBER_BYTES, FLAG_NOSCAN));
  // Read with the world stopped, which stops this M too: no race.
  m[WANT_PROCS] = threads;
  gcStart(m, mp, sweeps ? FORCE.leaveSweep : FORCE.andSweep);
  if (sweeps) return startSweepers(m, mp, gp, threads === 0 ? m[NPROCS] : threads);
  setInt(m, gp, DONE, done + 1);
  return PC.collect;
}

/** Starts the sweepers. This goroutine is one of them. */
function startSweepers(m: Mem, mp: MRef, gp: GRef, threads: number): number {
  storeWide(m, startedAt(m, gp), nanotime());
  groupAdd(m, mp, GROUP, threads - 1);
  for (let i = 1; i < threads; i++) start(m, mp, prepare(m, mp, gp, PC.help, 0));
  return PC.sweep;
}

/** Returns the reference of the main goroutine's two ints with the start time of the sweep. */
function startedAt(m: Mem, gp: GRef): Ref {
  return gp + G.at.ints + LIST + getInt(m, gp, TURNS) + 1;
}

function sweepOwn(m: Mem, mp: MRef, gp: GRef): number {
  return sweepSome(m, mp) ? PC.sweep : groupWait(m, mp, gp, GROUP, PC.swept);
}

function help(m: Mem, mp: MRef): number {
  if (sweepSome(m, mp)) return PC.help;
  groupDone(m, mp, GROUP);
  return GOEXIT;
}

/** Sweeps a few spans. Returns false if no span is left. */
function sweepSome(m: Mem, mp: MRef): boolean {
  for (let i = 0; i < SPANS_A_STEP; i++) if (sweepone(m, mp) === NOTHING_TO_SWEEP) return false;
  return true;
}

function swept(m: Mem, _mp: MRef, gp: GRef): number {
  const done = getInt(m, gp, DONE);
  storeWide(m, getGlobal(m, LOG) + 2 * done, nanotime() - loadWide(m, startedAt(m, gp)));
  setInt(m, gp, DONE, done + 1);
  return PC.collect;
}

/**
 * Returns the duration, in ns, of the sweep after each collection, in order. `m` is the memory of a
 * finished machine whose args set `sweepsByThreads`.
 */
export function readSweeps(m: Mem, collections: number): number[] {
  const log = getGlobal(m, LOG);
  return Array.from({ length: collections }, (_, i) => loadWide(m, log + 2 * i));
}

export const COLLECT_STEPS: readonly Step[] = [collectOnce, sweepOwn, help, swept];
export const COLLECT_MAIN = { pc: PC.collect, slots: 1 } as const;
/** Number of globals. Global 0 holds the heap. */
export const COLLECT_GLOBALS = 1 + GROUP_GLOBALS + 1;
/** Most goroutines: the main one and the other sweepers. */
export const COLLECT_GOROUTINES = 32;

function needs(): Needs {
  return { arenaBytes: SLACK_BYTES, globals: COLLECT_GLOBALS, goroutines: COLLECT_GOROUTINES };
}

/** Returns the args for the params `runs` and `procs`. */
export function argsOf(params: Params): readonly number[] {
  return collectArgs(params.runs, [params.procs]);
}

export const collect: Workload = {
  name: 'collect',
  summary: 'forced collections of a loaded heap',
  params: COLLECT_PARAMS,
  needs,
  steps: COLLECT_STEPS,
  main: COLLECT_MAIN,
  args: argsOf,
};
