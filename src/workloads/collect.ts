/**
 * The program that measures marking: forced collections, by turns with each number of
 * threads. What they mark was built before.
 */
import type { Mem } from '../memory/struct.ts';
import { UsageError } from '../base/fatal.ts';
import { G_INTS, type GRef } from '../machine/g.ts';
import type { MRef } from '../machine/m.ts';
import { WORK, Work } from '../gc/work.ts';
import { GOEXIT, type Step } from '../runtime/goroutine.ts';
import { collect as collectNow, getInt, setInt } from '../runtime/mutator.ts';
import { SLACK_BYTES } from './footprint.ts';
import type { Needs, Param, Params, Workload } from './workload.ts';

const WANT_PROCS = WORK + Work.at.wantProcs;

/** Ints of the main goroutine: collections done, to be done, numbers of threads, those numbers. */
const DONE = 0;
const TOTAL = 1;
const TURNS = 2;
const LIST = 3;

const MAX_TURNS = G_INTS - LIST;
const MAX_RUNS = 1_000_000;

export const COLLECT_PARAMS: Readonly<Record<'runs' | 'procs', Param>> = {
  runs: { default: 10, min: 0, max: MAX_RUNS, help: 'forced collections, after one to warm up' },
  procs: { default: 0, min: 0, max: 64, help: 'threads that mark; 0 for all' },
};

/**
 * The main goroutine's ints for `runs` collections with each entry of `procs` (0 for all Ps),
 * after one with each to warm up: (runs + 1) * procs.length in all, see `turnOf`.
 * @throws UsageError for lists that don't fit
 */
export function collectArgs(runs: number, procs: readonly number[]): readonly number[] {
  if (procs.length < 1 || procs.length > MAX_TURNS) {
    throw new UsageError(`1 to ${MAX_TURNS} thread counts can be compared in one run, not ${procs.length}`);
  }
  if (!Number.isInteger(runs) || runs < 0 || runs > MAX_RUNS) {
    throw new UsageError(`the number of collections must be 0 to ${MAX_RUNS}, not ${runs}`);
  }
  return [0, (runs + 1) * procs.length, procs.length, ...procs];
}

/**
 * Which entry of a list of `turns` thread counts collection `i` marks with: forwards, then
 * backwards, so that whatever drifts meanwhile is the same for all. The first round is the
 * one to warm up.
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
  // Read with the world stopped, which stops this M too: no race.
  m[WANT_PROCS] = getInt(m, gp, LIST + turnOf(done, getInt(m, gp, TURNS)));
  collectNow(m, mp, true);
  setInt(m, gp, DONE, done + 1);
  return 0;
}

export const COLLECT_STEPS: readonly Step[] = [collectOnce];
export const COLLECT_MAIN = { pc: 0, slots: 0 } as const;

function needs(): Needs {
  return { arenaBytes: SLACK_BYTES, globals: 0, goroutines: 1 };
}

/** As a graph's `args`: its params `runs` and `procs`. */
export function argsOf(params: Params): readonly number[] {
  return collectArgs(params.runs, [params.procs]);
}

export const collect: Workload = {
  name: 'collect',
  summary: 'forced collections, of a heap that was loaded',
  params: COLLECT_PARAMS,
  needs,
  steps: COLLECT_STEPS,
  main: COLLECT_MAIN,
  args: argsOf,
};
