/**
 * The pacers on marks whose figures are written by hand, with one M: triggers, the goal of a memory limit, and the limiter.
 *
 * The expected values follow from the definitions of Go's pacers, and not from the functions that compute them here.
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import { addWide, loadWide } from '../../../memory/wide.ts';
import { GCStats, M, mAt, type MRef } from '../../../machine/m.ts';
import { MSTATS, MStats } from '../../../malloc/mstats.ts';
import { COLLECTOR } from '../../../gc/collectors/registry.ts';
import { beginPacing, endPacing, triggerPercent } from '../../../gc/pacer/cycle.ts';
import { countWork } from '../../../gc/pacer/credit.ts';
import { LIMIT_UNIT } from '../../../gc/pacer/limit.ts';
import { PACER, PACING, Pacer } from '../../../gc/pacer/record.ts';
import type { ModulePerM } from '../module.ts';
import type { Setting } from '../setting.ts';

const DOES = { feedback: 0, runway: 1, limit: 2 } as const;
const HEAP_ALLOC_Q = MSTATS + MStats.at.heapAllocQ;
/** GOGC, the live heap, the heap at which each mark begins, stacks and globals, and what a mark scans; quads. */
const GOGC = 100;
const LIVE_Q = 1000;
const BEGIN_Q = 1875;
const ROOTS_Q = 100;
const SCANNED_Q = 900;
/** The memory limit in units of 1 KB, and the headroom below it, in quads. */
const LIMIT = 64 << 10;
const HEADROOM_Q = 1 << 17;
const SECOND = 1e9;
const BSS = CONFIG + Config.at.bss;
const MOST = 6;

/** A mark of `ns` that ends with a heap of `endQ` quads, `assistNs` of it assists. Returns the percentage at which the next one begins. */
function mark(m: Mem, endQ: number, from: number, ns: number, assistNs: number): number {
  const assists = mAt(m, 0) + M.at.gcstats + GCStats.at.assistNs;
  m[HEAP_ALLOC_Q] = BEGIN_Q;
  beginPacing(m, from, LIVE_Q, 2 * LIVE_Q, ROOTS_Q);
  countWork(m, SCANNED_Q);
  addWide(m, assists, assistNs - loadWide(m, assists));
  m[HEAP_ALLOC_Q] = endQ;
  endPacing(m, from + ns, from + ns);
  return triggerPercent(m, GOGC);
}

/** Half of the error corrects the trigger, which stays between 60 % and 95 %; a mark with assists counts as a larger overshoot. */
function feedback(m: Mem): readonly number[] {
  // 7/8 + (1 - 7/8 - (1.2 - 7/8)) / 2; then 25 % and 40 % of assists weigh the overshoot 2.6 fold; then two marks that end far below their goals. A stored ratio of 95 % is a little less.
  return [mark(m, 2200, 5000, 1000, 0), mark(m, 2200, 7000, 1000, 400), mark(m, 1400, 9000, 1000, 0), mark(m, 1000, 11000, 1000, 0)];
}
const FEEDBACK = [77, 60, 90, 94];

/** The runway of the greatest of the last four marks; the goal counts stacks and globals. */
function runway(m: Mem): readonly number[] {
  // 200 quads while 900 were scanned by a quarter of the P: the next trigger is 1000 + 1100 - 200.
  const found = [mark(m, BEGIN_Q + 200, 5000, 1000, 0), mark(m, BEGIN_Q + 300, 7000, 1000, 0)];
  for (let i = 0; i < 4; i++) found.push(mark(m, BEGIN_Q + 100, 9000 + 2000 * i, 1000, 0));
  return found;
}
const RUNWAY = [90, 80, 80, 80, 80, 100];

/** The goal leaves headroom below the limit. Two seconds of assists fill the limiter's bucket, and four of the program empty it. */
function limit(m: Mem): readonly number[] {
  mark(m, BEGIN_Q, SECOND, 1000, 0);
  const found = [m[PACING + Pacer.at.limitGoalQ], m[PACING + Pacer.at.isLimiting]];
  mark(m, BEGIN_Q, 2 * SECOND, 3 * SECOND, 3 * SECOND);
  found.push(m[PACING + Pacer.at.isLimiting]);
  mark(m, BEGIN_Q, 9 * SECOND, 1000, 0);
  found.push(m[PACING + Pacer.at.isLimiting]);
  return found;
}

/** Returns the limit in quads, less what is not the heap's blocks, less the headroom. */
function goalUnderLimit(m: Mem): number {
  const { heapInuse, mspanSys, mcacheSys, gcSys, buckhashSys, otherSys } = MStats.at;
  let bytes = 0;
  for (const field of [heapInuse, mspanSys, mcacheSys, gcSys, buckhashSys, otherSys]) bytes += loadWide(m, MSTATS + field);
  return Math.floor((LIMIT * LIMIT_UNIT - bytes) / 8) + BEGIN_Q - HEADROOM_Q;
}

/** Runs the marks, before any M runs: the pacer works in stopped worlds. Keeps what it decides in words of the globals. */
function build(m: Mem, _m0: MRef, { knobs }: Setting): void {
  const found = knobs.does === DOES.limit ? limit(m) : knobs.does === DOES.runway ? runway(m) : feedback(m);
  for (let i = 0; i < found.length; i++) m[m[BSS] + i] = found[i];
}

/** Returns the decisions, `MOST` at most. */
function run(m: Mem): readonly number[] {
  const found: number[] = [];
  for (let i = 0; i < MOST; i++) found.push(m[m[BSS] + i]);
  return found;
}

function check(m: Mem, results: readonly unknown[], { knobs }: Setting): string {
  const [found] = results as readonly (readonly number[])[];
  let expected: readonly number[] = knobs.does === DOES.runway ? RUNWAY : FEEDBACK;
  if (knobs.does === DOES.limit) expected = [goalUnderLimit(m), 0, 1, 0];
  const decided = found.slice(0, expected.length);
  return decided.join(' ') === expected.join(' ') ? '' : `PACED_OTHERWISE: the pacer decided ${decided.join(' ')}, not ${expected.join(' ')}`;
}

export const PACERS = {
  name: 'pacers',
  summary: 'the pacers see marks whose figures are written by hand, and decide as their definitions say',
  procs: [1],
  knobs: [{ name: 'does', summary: '0 feedback on the trigger ratio; 1 the runway; 2 a memory limit and its limiter', values: [DOES.feedback, DOES.runway, DOES.limit] }],
  shape: ({ does }) => ({ collector: COLLECTOR.concurrent, pacer: does === DOES.runway ? PACER.runway : PACER.feedback, ...(does === DOES.limit && { memoryLimit: LIMIT }) }),
  withoutOracle: true,
  build,
  run,
  check,
} satisfies ModulePerM;
