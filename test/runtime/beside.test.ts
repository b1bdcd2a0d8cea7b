/** Background workers: which P marks, and for how long. */
import { describe, expect, it } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import { addWide, loadWide, storeWide } from '../../src/memory/wide.ts';
import { G, G_STATUS } from '../../src/machine/g.ts';
import { GCStats, M, mAt } from '../../src/machine/m.ts';
import { SCHED, Sched } from '../../src/machine/sched.ts';
import { COLLECTOR } from '../../src/gc/collectors/registry.ts';
import { MARKING, MARK_PHASE, isMarking } from '../../src/gc/collectors/concurrent/state.ts';
import { beginPacing } from '../../src/gc/pacer/cycle.ts';
import { PACING, Pacer, XDEDICATED } from '../../src/gc/pacer/record.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { WORKER_MODE, idleWorker, mayRunIdleLocked, workerRests, workerToRun } from '../../src/runtime/beside.ts';
import { FORCE, gcStart } from '../../src/runtime/gc.ts';
import { bootCore, runCore } from '../support/core-machine.ts';
import { beginWithWork } from '../support/begin-with-work.ts';

const { ints: INTS, xstatus: XSTATUS } = G.at;
const FRACTIONAL_NS = M.at.gcstats + GCStats.at.fractionalNs;

/** A machine with a mark under way, and work for it. */
function marking(procs: number, begunNs = 0): Mem {
  const { m, m0 } = bootCore({ collector: COLLECTOR.concurrent, procs });
  beginPacing(m, begunNs, 0, 1000, 0);
  beginWithWork(m, m0);
  return m;
}

describe('workerToRun', () => {
  it('gives the first Ps that ask a dedicated worker of their own, as many as are wanted', () => {
    const m = marking(8);
    const workers = [3, 5, 1].map((i) => workerToRun(m, mAt(m, i)));
    expect(workers.map((gp) => gp !== 0)).toEqual([true, true, false]);
    expect(new Set(workers).size).toBe(3);
    expect(workers.slice(0, 2).map((gp) => m[gp + INTS])).toEqual([WORKER_MODE.dedicated, WORKER_MODE.dedicated]);
    expect(Atomics.load(m, workers[0] + XSTATUS)).toBe(G_STATUS.runnable);
    workerRests(m, mAt(m, 3), workers[0], 10);
    expect(Atomics.load(m, XDEDICATED)).toBe(1);
    expect(workerToRun(m, mAt(m, 3))).toBe(workers[0]);
  });

  it('gives each P of a small machine a fractional worker, until it has had its share of the time', () => {
    const m = marking(2, 1);
    const gp = workerToRun(m, mAt(m, 1));
    expect(m[gp + INTS]).toBe(WORKER_MODE.fractional);
    workerRests(m, mAt(m, 1), gp, 1e18);
    expect(workerToRun(m, mAt(m, 1))).toBe(0);
    expect(workerToRun(m, mAt(m, 0))).not.toBe(0);
    storeWide(m, mAt(m, 1) + FRACTIONAL_NS, 0);
    expect(workerToRun(m, mAt(m, 1))).toBe(gp);
  });

  it('runs none without a mark, and none without work', () => {
    const m = marking(4);
    m[MARKING] = MARK_PHASE.off;
    expect(workerToRun(m, mAt(m, 0))).toBe(0);
    const idle = bootCore({ collector: COLLECTOR.concurrent, procs: 4 }).m;
    beginPacing(idle, 0, 0, 1000, 0);
    idle[MARKING] = MARK_PHASE.mark;
    expect(workerToRun(idle, mAt(idle, 0))).toBe(0);
  });

  it('runs none with a collector that does not mark concurrently with the program', () => {
    const { m, m0 } = bootCore();
    expect([workerToRun(m, m0), mayRunIdleLocked(m)]).toEqual([0, false]);
  });
});

describe('an idle worker', () => {
  it('runs if there is work, or if all other Ms are idle', () => {
    const m = marking(4);
    m[SCHED + Sched.at.nmidle] = 0;
    expect(mayRunIdleLocked(m)).toBe(true);
    const none = bootCore({ collector: COLLECTOR.concurrent, procs: 4 }).m;
    none[MARKING] = MARK_PHASE.mark;
    none[SCHED + Sched.at.nmidle] = 2;
    expect(mayRunIdleLocked(none)).toBe(false);
    none[SCHED + Sched.at.nmidle] = 3;
    expect(mayRunIdleLocked(none)).toBe(true);
  });

  it('counts its time apart from the others', () => {
    const m = marking(4);
    const gp = idleWorker(m, mAt(m, 2));
    workerRests(m, mAt(m, 2), gp, 70);
    addWide(m, mAt(m, 2) + FRACTIONAL_NS, 0);
    const { idleMarkNs, dedicatedNs, fractionalNs } = GCStats.at;
    expect([idleMarkNs, dedicatedNs, fractionalNs].map((field) => loadWide(m, mAt(m, 2) + M.at.gcstats + field))).toEqual([70, 0, 0]);
  });
});

describe('a mark whose program only waits', () => {
  it('is ended by workers, whose time is noted', () => {
    const { m } = runCore({ collector: COLLECTOR.concurrent }, -1, function* (m, mp) {
      gcStart(m, mp, FORCE.begin);
      while (isMarking(m)) yield;
    });
    expect(m[MSTATS + MStats.at.numgc]).toBe(1);
    const { fractionalNs, idleNs } = Pacer.at;
    expect([fractionalNs, idleNs].reduce((sum, field) => sum + loadWide(m, PACING + field), 0)).toBeGreaterThan(0);
  });
});
