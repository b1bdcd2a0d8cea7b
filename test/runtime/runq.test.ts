/** Run queues: order, overflow, stealing, and a fair share of the global queue. */
import { describe, expect, it } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import { gAt } from '../../src/machine/g.ts';
import { P, RUNQ_CAP, pAt, type PRef } from '../../src/machine/p.ts';
import { SCHED, SCHED_LOCK, Sched } from '../../src/machine/sched.ts';
import { lock, unlock } from '../../src/sync/lock.ts';
import { globrunqgetLocked, globrunqput, runqempty, runqget, runqput, runqsteal } from '../../src/runtime/runq.ts';
import { bootCore } from '../support/core-machine.ts';

const SIZE = SCHED + Sched.at.runqsize;

/** A machine of `procs` Ps, with goroutine records to queue. */
function boot(procs = 2) {
  const { m, m0 } = bootCore({ procs, maxGs: 1024 });
  return { m, m0, p0: pAt(m, 0), p1: pAt(m, 1), gs: (n: number, from = 0) => Array.from({ length: n }, (_, i) => gAt(m, from + i)) };
}

function drain(m: Mem, pp: PRef): number[] {
  const gs: number[] = [];
  for (let gp = runqget(m, pp); gp !== 0; gp = runqget(m, pp)) gs.push(gp);
  return gs;
}

function share(m: Mem, m0: number, pp: PRef, max: number): number {
  lock(m, m0, SCHED_LOCK);
  const gp = globrunqgetLocked(m, m0, pp, max);
  unlock(m, m0, SCHED_LOCK);
  return gp;
}

describe('a local queue', () => {
  it.each([0, 0x7fffff00, -100])('is first in, first out, also where head and tail wrap (from %d)', (from) => {
    const { m, m0, p0, gs } = boot();
    m[p0 + P.at.xrunqhead] = from;
    m[p0 + P.at.xrunqtail] = from;
    for (let round = 0; round < 3; round++) {
      expect(runqempty(m, p0)).toBe(true);
      gs(200).forEach((gp) => runqput(m, m0, p0, gp));
      expect(runqempty(m, p0)).toBe(false);
      expect(drain(m, p0)).toEqual(gs(200));
      expect(runqget(m, p0)).toBe(0);
    }
  });

  it('moves its older half and the new goroutine to the global queue when it is full', () => {
    const { m, m0, p0, p1, gs } = boot();
    const all = gs(RUNQ_CAP + 1);
    all.forEach((gp) => runqput(m, m0, p0, gp));
    expect(m[SIZE]).toBe(RUNQ_CAP / 2 + 1);
    expect(drain(m, p0)).toEqual(all.slice(RUNQ_CAP / 2, RUNQ_CAP));
    const moved: number[] = [];
    for (let gp = share(m, m0, p1, 1); gp !== 0; gp = share(m, m0, p1, 1)) moved.push(gp);
    expect(moved).toEqual([...all.slice(0, RUNQ_CAP / 2), all[RUNQ_CAP]]);
    expect(m[SIZE]).toBe(0);
  });
});

describe('runqsteal', () => {
  it.each([1, 2, 7, 256])('takes the older half of %d goroutines, rounded up, and runs the last of them', (n) => {
    const { m, m0, p0, p1, gs } = boot();
    gs(n).forEach((gp) => runqput(m, m0, p0, gp));
    const stolen = gs(Math.ceil(n / 2));
    expect(runqsteal(m, p1, p0)).toBe(stolen.at(-1));
    expect([drain(m, p1), drain(m, p0)]).toEqual([stolen.slice(0, -1), gs(n).slice(stolen.length)]);
  });

  it('returns 0 if there is nothing to steal', () => {
    const { m, p0, p1 } = boot();
    expect(runqsteal(m, p1, p0)).toBe(0);
    expect(runqempty(m, p1)).toBe(true);
  });
});

describe('the global queue', () => {
  it.each([
    { procs: 2, queued: 1, max: 0, taken: 1 },
    { procs: 2, queued: 10, max: 0, taken: 6 },
    { procs: 4, queued: 10, max: 0, taken: 3 },
    { procs: 2, queued: 10, max: 1, taken: 1 },
    { procs: 2, queued: 900, max: 0, taken: 128 },
  ])('gives one of $procs Ps $taken of $queued goroutines (at most $max), in order', ({ procs, queued, max, taken }) => {
    const { m, m0, p0, gs } = boot(procs);
    gs(queued).forEach((gp) => globrunqput(m, m0, gp));
    expect([share(m, m0, p0, max), ...drain(m, p0)]).toEqual(gs(taken));
    expect(m[SIZE]).toBe(queued - taken);
    if (queued > taken) expect(share(m, m0, p0, 1)).toBe(gs(1, taken)[0]);
  });

  it('is empty after its last goroutine, and can be filled again', () => {
    const { m, m0, p0, gs } = boot();
    for (const gp of gs(3)) {
      globrunqput(m, m0, gp);
      expect([share(m, m0, p0, 0), share(m, m0, p0, 0), m[SIZE]]).toEqual([gp, 0, 0]);
    }
  });
});
