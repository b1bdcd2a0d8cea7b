import { describe, expect, it } from 'vitest';
import { addCredit, countWork, hasCredit, takeCredit } from '../../../src/gc/pacer/credit.ts';
import { PACING, Pacer } from '../../../src/gc/pacer/record.ts';
import { bootCore } from '../../support/core-machine.ts';

describe('scan work and its credit', () => {
  it('gives at most what is there', () => {
    const { m } = bootCore();
    addCredit(m, 100);
    expect([takeCredit(m, 30), takeCredit(m, 100), takeCredit(m, 1), hasCredit(m)]).toEqual([30, 70, 0, false]);
  });

  it('gives nothing while it is negative, and is filled up first', () => {
    const { m } = bootCore();
    Atomics.store(m, PACING + Pacer.at.xcreditQ, -50);
    expect(takeCredit(m, 10)).toBe(0);
    addCredit(m, 60);
    expect(takeCredit(m, 100)).toBe(10);
  });

  it('counts all work, with or without credit', () => {
    const { m } = bootCore();
    countWork(m, 5);
    countWork(m, 7);
    expect(Atomics.load(m, PACING + Pacer.at.xscannedQ)).toBe(12);
    expect(hasCredit(m)).toBe(false);
  });
});
