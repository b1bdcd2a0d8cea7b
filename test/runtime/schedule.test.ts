/** The scheduler of one P, and how it wakes others: order, fairness, time slices, parking, ends. */
import { describe, expect, it } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import { G, G_STATUS, type GRef } from '../../src/machine/g.ts';
import { M, mAt, type MRef } from '../../src/machine/m.ts';
import { P, P_STATUS, pAt } from '../../src/machine/p.ts';
import { SCHED, SCHED_LOCK, Sched } from '../../src/machine/sched.ts';
import { lock, unlock } from '../../src/sync/lock.ts';
import { GCLOCK } from '../../src/malloc/sweep.ts';
import { enableGC, link, startMain } from '../../src/runtime/boot.ts';
import { GOEXIT, parkAt, yieldTo, type Step } from '../../src/runtime/goroutine.ts';
import { mgetLocked, mputLocked, pidlegetLocked, wakep } from '../../src/runtime/idle.ts';
import { getInt, prepare, setInt, start } from '../../src/runtime/mutator.ts';
import { ready } from '../../src/runtime/ready.ts';
import { mstart } from '../../src/runtime/schedule.ts';
import { bootCore, fatalOf } from '../support/core-machine.ts';

/** Runs a program of `steps` from step 0 until its main goroutine ends. */
function run(steps: readonly Step[], timeslice = 100): Mem {
  const { m, m0 } = bootCore({ timeslice });
  startMain(m, m0, 0, 2);
  enableGC(m);
  mstart(m, m0, link(steps));
  return m;
}

/** Starts a goroutine at step `pc`, whose int 0 is `id`. */
function go(m: Mem, mp: MRef, gp: GRef, pc: number, id: number): GRef {
  const child = prepare(m, mp, gp, pc, 2);
  setInt(m, child, 0, id);
  start(m, mp, child);
  return child;
}

describe('the scheduler', () => {
  it('runs goroutines in the order in which they became runnable', () => {
    const order: number[] = [];
    run([
      (m, mp, gp) => {
        for (let i = 0; i < 5; i++) go(m, mp, gp, 2, i);
        return yieldTo(1);
      },
      () => GOEXIT,
      (m, _mp, gp) => {
        order.push(getInt(m, gp, 0));
        return GOEXIT;
      },
    ]);
    expect(order).toEqual([0, 1, 2, 3, 4]);
  });

  it('lets no chain of goroutines that start each other starve the global queue', () => {
    let links = 0;
    run([
      (m, mp, gp) => {
        go(m, mp, gp, 2, 0);
        return yieldTo(1);
      },
      () => GOEXIT,
      (m, mp, gp) => {
        links++;
        // Without the look at the global queue main would come back only after the last link.
        if (links < 1000) go(m, mp, gp, 2, 0);
        return GOEXIT;
      },
    ]);
    expect(links).toBeGreaterThan(0);
    expect(links).toBeLessThanOrEqual(61);
  });

  it('preempts a goroutine after its time slice', () => {
    const steps: string[] = [];
    run([
      (m, mp, gp) => {
        for (let i = 0; i < 2; i++) go(m, mp, gp, 2, i);
        return yieldTo(1);
      },
      (m, _mp, gp) => {
        setInt(m, gp, 1, getInt(m, gp, 1) + 1);
        return getInt(m, gp, 1) < 20 ? yieldTo(1) : GOEXIT;
      },
      (m, _mp, gp) => {
        steps.push('ab'[getInt(m, gp, 0)]);
        setInt(m, gp, 1, getInt(m, gp, 1) + 1);
        return getInt(m, gp, 1) < 12 ? 2 : GOEXIT;
      },
    ], 4);
    expect(steps.join('')).toBe('aaaabbbb'.repeat(3));
  });

  it('shows a goroutine as running on its M while a step runs, and counts the ticks', () => {
    const seen: number[][] = [];
    const m = run([
      (m, mp, gp) => {
        seen.push([m[gp + G.at.xstatus], m[gp + G.at.m] - mp, m[mp + M.at.curg] - gp]);
        return yieldTo(1);
      },
      () => GOEXIT,
    ]);
    expect(seen).toEqual([[G_STATUS.running, 0, 0]]);
    expect(m[pAt(m, 0) + P.at.schedtick]).toBe(2);
    expect([m[mAt(m, 0) + M.at.curg], m[pAt(m, 0) + P.at.xstatus]]).toEqual([0, P_STATUS.dead]);
  });

  it('runs a parked goroutine only after it is readied, at the step it parked at', () => {
    const order: string[] = [];
    let sleeper: GRef = 0;
    run([
      (m, mp, gp) => {
        sleeper = go(m, mp, gp, 3, 0);
        return yieldTo(1);
      },
      (m, mp, gp) => {
        order.push(`main sees ${m[sleeper + G.at.xstatus] === G_STATUS.waiting ? 'waiting' : 'not waiting'}`);
        setInt(m, gp, 1, getInt(m, gp, 1) + 1);
        if (getInt(m, gp, 1) < 3) return yieldTo(1);
        ready(m, mp, sleeper);
        return yieldTo(2);
      },
      () => GOEXIT,
      () => {
        order.push('parks');
        return parkAt(4);
      },
      () => {
        order.push('wakes');
        return GOEXIT;
      },
    ]);
    expect(order).toEqual(['parks', 'main sees waiting', 'main sees waiting', 'main sees waiting', 'wakes']);
  });

  it('releases the lock that a goroutine parks under once the goroutine is waiting', () => {
    const { m, m0 } = bootCore();
    startMain(m, m0, 0, 2);
    let status = -1;
    const sleep: Step = (m, mp) => {
      lock(m, mp, GCLOCK);
      m[mp + M.at.waitlock] = GCLOCK;
      return parkAt(3);
    };
    const steps: readonly Step[] = [
      (m, mp, gp) => {
        setInt(m, gp, 0, go(m, mp, gp, 2, 0));
        return yieldTo(1);
      },
      (m, mp, gp) => {
        // With the lock still held this M would wait for itself.
        lock(m, mp, GCLOCK);
        status = m[getInt(m, gp, 0) + G.at.xstatus];
        unlock(m, mp, GCLOCK);
        return GOEXIT;
      },
      sleep,
      () => GOEXIT,
    ];
    mstart(m, m0, link(steps));
    expect([status, m[m0 + M.at.waitlock], m[m0 + M.at.locks]]).toEqual([G_STATUS.waiting, 0, 0]);
  });

  it('refuses to ready a goroutine that is not waiting', () => {
    expect(fatalOf(() => run([(m, mp, gp) => (ready(m, mp, gp), GOEXIT)])).code).toBe('READY_OF_NON_WAITING');
  });

  it('reports a deadlock if every goroutine is parked', () => {
    expect(fatalOf(() => run([() => parkAt(0)])).code).toBe('DEADLOCK');
  });

  it('ends with the main goroutine, whatever else is runnable', () => {
    let others = 0;
    const m = run([
      (m, mp, gp) => {
        go(m, mp, gp, 1, 0);
        return GOEXIT;
      },
      () => {
        others++;
        return GOEXIT;
      },
    ]);
    expect([others, m[SCHED + Sched.at.xshutdown], m[SCHED + Sched.at.xnmspinning]]).toEqual([0, 1, 0]);
  });

  it('uses the record of a finished goroutine for the next', () => {
    const records = new Set<GRef>();
    const m = run([
      (m, mp, gp) => {
        records.add(go(m, mp, gp, 1, 0));
        setInt(m, gp, 1, getInt(m, gp, 1) + 1);
        return getInt(m, gp, 1) < 10 ? yieldTo(0) : GOEXIT;
      },
      () => GOEXIT,
    ]);
    expect(records.size).toBe(1);
    expect(m[SCHED + Sched.at.goidgen]).toBe(11);
  });
});

describe('a runnable goroutine', () => {
  /** A machine of three Ps whose Ms 1 and 2 are idle. */
  function boot() {
    const { m, m0 } = bootCore({ procs: 3 });
    return { m, m0, spinning: () => m[SCHED + Sched.at.xnmspinning], idle: () => [m[SCHED + Sched.at.xnpidle], m[SCHED + Sched.at.nmidle]] };
  }

  it('wakes one idle P, whose M spins, and no other while it does', () => {
    const { m, m0, spinning, idle } = boot();
    expect([spinning(), idle()]).toEqual([0, [2, 2]]);
    startMain(m, m0, 0, 1);
    expect([spinning(), idle()]).toEqual([1, [1, 1]]);
    const [awake] = [1, 2].filter((i) => m[pAt(m, i) + P.at.xstatus] === P_STATUS.granted);
    expect([m[mAt(m, awake) + M.at.spinning], m[mAt(m, awake) + M.at.nextp], m[mAt(m, awake) + M.at.xpark] !== 0]).toEqual([1, pAt(m, awake), true]);
    wakep(m, m0);
    startMain(m, m0, 0, 1);
    expect([spinning(), idle()]).toEqual([1, [1, 1]]);
  });

  it('wakes nothing when no P is idle, and leaves no M counted as spinning', () => {
    const { m, m0, spinning, idle } = boot();
    lock(m, m0, SCHED_LOCK);
    while (pidlegetLocked(m) !== 0);
    unlock(m, m0, SCHED_LOCK);
    wakep(m, m0);
    expect([spinning(), idle()]).toEqual([0, [0, 2]]);
  });

  it('finds a P without its M on the idle list impossible', () => {
    const { m, m0 } = boot();
    lock(m, m0, SCHED_LOCK);
    const [a, b] = [mgetLocked(m), mgetLocked(m)];
    expect([mgetLocked(m), a !== b]).toEqual([0, true]);
    unlock(m, m0, SCHED_LOCK);
    expect(fatalOf(() => wakep(m, m0)).code).toBe('IDLE_P_WITHOUT_M');
    mputLocked(m, a);
  });
});
