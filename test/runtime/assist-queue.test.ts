/** Goroutines that wait to assist: which one is paid first, and which ones are woken. */
import { describe, expect, it } from 'vitest';
import { G, G_STATUS, gAt, type GRef } from '../../src/machine/g.ts';
import { M } from '../../src/machine/m.ts';
import { COLLECTOR } from '../../src/gc/collectors/registry.ts';
import { addCredit, hasCredit, takeCredit } from '../../src/gc/pacer/credit.ts';
import { charge, isInDebt } from '../../src/gc/pacer/debt.ts';
import { PACING, Pacer } from '../../src/gc/pacer/record.ts';
import { GCLOCK } from '../../src/malloc/sweep-record.ts';
import { flushWork, queueAssist, wakeAssists } from '../../src/runtime/assist-queue.ts';
import { unlock } from '../../src/sync/lock.ts';
import { bootCore, type CoreMachine } from '../support/core-machine.ts';

/** A machine whose assist ratio is 1, and goroutines that owe so many quads and wait. */
function waiting(...debts: readonly number[]): CoreMachine & { gs: readonly GRef[] } {
  const machine = bootCore({ collector: COLLECTOR.concurrent });
  const { m, m0 } = machine;
  m[PACING + Pacer.at.goalQ] = 1 << 20;
  m[PACING + Pacer.at.expectedQ] = 1 << 20;
  m[PACING + Pacer.at.mostQ] = 1 << 20;
  const gs = debts.map((quads, i) => {
    const gp = gAt(m, i);
    charge(m, gp, 8 * quads);
    expect(queueAssist(m, m0, gp)).toBe(true);
    Atomics.store(m, gp + G.at.xstatus, G_STATUS.waiting);
    m[m0 + M.at.waitlock] = 0;
    unlock(m, m0, GCLOCK);
    return gp;
  });
  return { ...machine, gs };
}

function isWoken({ m }: CoreMachine, gp: GRef): boolean {
  return Atomics.load(m, gp + G.at.xstatus) === G_STATUS.runnable;
}

describe('flushWork', () => {
  it('adds to the credit if nobody waits', () => {
    const { m, m0 } = waiting();
    flushWork(m, m0, 100);
    expect(takeCredit(m, 1000)).toBe(100);
  });

  it('pays the goroutines in their order, and adds the rest to the credit', () => {
    const machine = waiting(100, 50);
    flushWork(machine.m, machine.m0, 1000);
    expect(machine.gs.map((gp) => isWoken(machine, gp))).toEqual([true, true]);
    expect(takeCredit(machine.m, 1000)).toBeGreaterThan(800);
  });

  it('moves a goroutine that it pays in part to the end, and gives no credit away', () => {
    const machine = waiting(1000, 50);
    const { m, m0, gs } = machine;
    flushWork(m, m0, 500);
    expect([...gs.map((gp) => isWoken(machine, gp)), isInDebt(m, gs[0]), hasCredit(m)]).toEqual([false, false, true, false]);
    flushWork(m, m0, 60);
    expect(gs.map((gp) => isWoken(machine, gp))).toEqual([false, true]);
    flushWork(m, m0, 600);
    expect(gs.map((gp) => isWoken(machine, gp))).toEqual([true, true]);
  });
});

describe('queueAssist', () => {
  it('does not queue a goroutine while there is credit', () => {
    const { m, m0 } = waiting();
    addCredit(m, 1);
    charge(m, gAt(m, 0), 80);
    expect(queueAssist(m, m0, gAt(m, 0))).toBe(false);
    flushWork(m, m0, 100);
    expect(takeCredit(m, 1000)).toBe(101);
  });
});

describe('wakeAssists', () => {
  it('wakes all, whatever they owe', () => {
    const machine = waiting(1000, 2000, 3000);
    wakeAssists(machine.m, machine.m0);
    expect(machine.gs.map((gp) => isWoken(machine, gp))).toEqual([true, true, true]);
    flushWork(machine.m, machine.m0, 5);
    expect(takeCredit(machine.m, 10)).toBe(5);
  });
});
