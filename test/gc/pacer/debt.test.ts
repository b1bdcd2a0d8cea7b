import { describe, expect, it } from 'vitest';
import { gAt } from '../../../src/machine/g.ts';
import { charge, clearDebt, isInDebt, pay, assistRatio, workOwed, RATIO_ONE } from '../../../src/gc/pacer/debt.ts';
import { PACING, Pacer } from '../../../src/gc/pacer/record.ts';
import { MSTATS, MStats } from '../../../src/malloc/mstats.ts';
import { bootCore } from '../../support/core-machine.ts';

describe('a debt', () => {
  it('grows with what is allocated, is paid by scan work at the ratio, and may be paid in advance', () => {
    const { m } = bootCore();
    const gp = gAt(m, 0);
    charge(m, gp, 800);
    expect([isInDebt(m, gp), workOwed(m, gp, 3 * RATIO_ONE)]).toEqual([true, 300]);
    pay(m, gp, 150, 3 * RATIO_ONE);
    expect(workOwed(m, gp, 3 * RATIO_ONE)).toBe(150);
    pay(m, gp, 600, 3 * RATIO_ONE);
    expect([isInDebt(m, gp), workOwed(m, gp, 3 * RATIO_ONE)]).toEqual([false, 0]);
    charge(m, gp, 8 * 150);
    expect(isInDebt(m, gp)).toBe(false);
    charge(m, gp, 8);
    expect(isInDebt(m, gp)).toBe(true);
    clearDebt(m, gp);
    expect(isInDebt(m, gp)).toBe(false);
  });

  it('is never more than paid by the work owed', () => {
    const { m } = bootCore();
    const gp = gAt(m, 0);
    for (const ratio of [1, 3, 100, 255, 256, 257, 5000, 0x7fffffff]) {
      charge(m, gp, 8 * 977);
      pay(m, gp, workOwed(m, gp, ratio), ratio);
      expect(isInDebt(m, gp)).toBe(false);
      clearDebt(m, gp);
    }
  });
});

describe('assistRatio', () => {
  it('computes the ratio from the heap, the goal and the work, and bounds it', () => {
    const { m } = bootCore();
    m[PACING + Pacer.at.goalQ] = 2000;
    m[PACING + Pacer.at.expectedQ] = 3000;
    m[PACING + Pacer.at.mostQ] = 4000;
    m[MSTATS + MStats.at.heapAllocQ] = 1000;
    expect(assistRatio(m)).toBe(3 * RATIO_ONE);
    m[PACING + Pacer.at.goalQ] = 0x7fffffff;
    expect(assistRatio(m)).toBe(1);
    m[PACING + Pacer.at.goalQ] = 1;
    m[PACING + Pacer.at.mostQ] = 0x7fffffff;
    expect(assistRatio(m)).toBe(0x7fffffff);
  });
});
