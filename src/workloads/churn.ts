/**
 * The allocation benchmark: goroutines allocate small objects as fast as they can. Each keeps its
 * newest objects in a ring.
 */
import type { Mem } from '../memory/struct.ts';
import { ptrWords } from '../memory/config.ts';
import { MSTATS, MStats } from '../malloc/mstats.ts';
import type { GRef } from '../machine/g.ts';
import type { MRef } from '../machine/m.ts';
import { GOEXIT, ret, type Step } from '../runtime/goroutine.ts';
import { getInt, newObject, prepare, setInt, start } from '../runtime/mutator.ts';
import { SLACK_BYTES, spanBytes } from './footprint.ts';
import { fillRing } from './compiled.ts';
import { GROUP_GLOBALS, groupAdd, groupDone, groupWait } from './join.ts';
import { OBJECT_BYTES, RING_SLOT } from './ring.ts';
import type { Needs, Params, Workload } from './workload.ts';

const BATCH = 1000;
const GROUP = 0;

const PC = { spawn: 0, join: 1, end: 2, makeRing: 3, fill: 4 } as const;

/** Ints of the main goroutine and the workers. A worker has its position in the ring (AT) in place of THREADS. */
const THREADS = 0;
const COUNT = 1;
const RING = 2;
const AT = THREADS;

function spawn(m: Mem, mp: MRef, gp: GRef): number {
  const threads = getInt(m, gp, THREADS);
  const share = Math.floor(getInt(m, gp, COUNT) / threads);
  groupAdd(m, mp, GROUP, threads);
  for (let i = 0; i < threads; i++) {
    const worker = prepare(m, mp, gp, PC.makeRing, 2);
    setInt(m, worker, COUNT, share);
    setInt(m, worker, RING, getInt(m, gp, RING));
    start(m, mp, worker);
  }
  return PC.join;
}

function join(m: Mem, mp: MRef, gp: GRef): number {
  return groupWait(m, mp, gp, GROUP, PC.end);
}

function end(m: Mem, _mp: MRef, gp: GRef): number {
  return ret(m, gp);
}

function makeRing(m: Mem, mp: MRef, gp: GRef): number {
  newObject(m, mp, gp, RING_SLOT, getInt(m, gp, RING) * ptrWords(m) * 4, 0);
  return PC.fill;
}

/** Allocates a batch. Each new object replaces the oldest in the ring. */
function fill(m: Mem, mp: MRef, gp: GRef): number {
  const left = getInt(m, gp, COUNT);
  const n = Math.min(left, BATCH);
  setInt(m, gp, AT, fillRing(m, mp, gp, getInt(m, gp, AT), getInt(m, gp, RING), n));
  setInt(m, gp, COUNT, left - n);
  if (left > n) return PC.fill;
  groupDone(m, mp, GROUP);
  return GOEXIT;
}

const STEPS: readonly Step[] = [spawn, join, end, makeRing, fill];

/** Twice the live bytes, at which collections with GOGC=100 begin, and as much again for garbage that is swept late. */
function needs(params: Params): Needs {
  const kept = params.threads * (spanBytes(OBJECT_BYTES, params.ring) + spanBytes(8 * params.ring, 1));
  return { arenaBytes: 3 * kept + 4 * SLACK_BYTES, globals: GROUP_GLOBALS, goroutines: params.threads + 1 };
}

function args(params: Params): readonly number[] {
  return [params.threads, params.count, params.ring];
}

function report(m: Mem, params: Params): readonly string[] {
  const share = Math.floor(params.count / params.threads);
  return [
    `${share * params.threads} objects of ${OBJECT_BYTES} bytes by ${params.threads} goroutines, ` +
      `${params.ring} kept by each, ${m[MSTATS + MStats.at.numgc]} collections`,
  ];
}

export const churn: Workload = {
  name: 'churn',
  summary: 'allocates small objects as fast as it can, keeping the last in a ring',
  params: {
    count: { default: 10_000_000, min: 1, max: 2_000_000_000, help: 'objects allocated by all goroutines together' },
    threads: { default: 1, min: 1, max: 256, help: 'goroutines' },
    ring: { default: 100_000, min: 1, max: 10_000_000, help: 'objects that each goroutine keeps' },
  },
  needs,
  steps: STEPS,
  main: { pc: PC.spawn, slots: 0 },
  args,
  report,
};
