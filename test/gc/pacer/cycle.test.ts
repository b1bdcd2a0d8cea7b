/** The pacer at both ends of a mark, on numbers written by hand. */
import { describe, expect, it } from 'vitest';
import type { Mem } from '../../../src/memory/struct.ts';
import { addWide, loadWide } from '../../../src/memory/wide.ts';
import { COLLECTOR } from '../../../src/gc/collectors/registry.ts';
import { GCStats, M, mAt } from '../../../src/machine/m.ts';
import { gAt } from '../../../src/machine/g.ts';
import { beginPacing, endPacing, triggerPercent } from '../../../src/gc/pacer/cycle.ts';
import { countWork, addCredit, hasCredit } from '../../../src/gc/pacer/credit.ts';
import { charge, isInDebt } from '../../../src/gc/pacer/debt.ts';
import { loadRatio } from '../../../src/gc/pacer/ratio.ts';
import { PACER, PACING, Pacer, XDEDICATED } from '../../../src/gc/pacer/record.ts';
import { MSTATS, MStats } from '../../../src/malloc/mstats.ts';
import { bootCore, runMain } from '../../support/core-machine.ts';
import type { MachineShape } from '../../../src/memory/map.ts';

const HEAP_ALLOC_Q = MSTATS + MStats.at.heapAllocQ;

function machine(changes: Partial<MachineShape> = {}): Mem {
  return bootCore({ collector: COLLECTOR.concurrent, procs: 4, ...changes }).m;
}

/** A mark of 1000 ns that begins with a heap of `from` quads, of which `live` were live, and ends with `to`. */
function mark(m: Mem, live: number, from: number, to: number, assistNs: number, scanned: number): void {
  m[HEAP_ALLOC_Q] = from;
  beginPacing(m, 5000, live, 2 * live, 100);
  countWork(m, scanned);
  addWide(m, mAt(m, 1) + M.at.gcstats + GCStats.at.assistNs, assistNs);
  m[HEAP_ALLOC_Q] = to;
  endPacing(m, 6000, 6200);
}

describe('beginPacing', () => {
  it('notes the heap, the goal and the work, wants its workers, and forgets credit and debts', () => {
    const m = machine();
    addCredit(m, 7);
    m[HEAP_ALLOC_Q] = 1800;
    beginPacing(m, 5000, 1000, 2000, 100);
    const { triggerQ, goalQ, expectedQ, mostQ } = Pacer.at;
    expect([triggerQ, goalQ, expectedQ, mostQ].map((field) => m[PACING + field])).toEqual([1800, 2000, 1000, 1900]);
    expect([Atomics.load(m, XDEDICATED), hasCredit(m)]).toEqual([1, false]);
  });

  it('forgives the debts of every goroutine', () => {
    const core = bootCore({ collector: COLLECTOR.concurrent });
    runMain(core, (m, _mp, gp) => {
      charge(m, gp, 800);
      beginPacing(m, 5000, 1000, 2000, 100);
      expect(isInDebt(m, gp)).toBe(false);
    });
    expect(isInDebt(core.m, gAt(core.m, 0))).toBe(false);
  });
});

describe('endPacing', () => {
  it('notes utilization and times: 400 ns of assists in 1000 ns on 4 Ps are 10 %', () => {
    const m = machine();
    mark(m, 1000, 1875, 2000, 400, 900);
    expect(loadRatio(m, PACING + Pacer.at.utilization)).toBeCloseTo(0.35, 5);
    expect([loadWide(m, PACING + Pacer.at.assistNs), m[PACING + Pacer.at.lastScannedQ], m[PACING + Pacer.at.endQ]]).toEqual([400, 900, 2000]);
  });
});

describe('triggerPercent', () => {
  it('begins at 7/8 of what GOGC allows, with either pacer', () => {
    for (const pacer of Object.values(PACER)) {
      const m = machine({ pacer });
      expect([100, 200, 50, -1].map((percent) => triggerPercent(m, percent))).toEqual([87, 175, 43, -1]);
    }
  });

  it('falls by half of the overshoot, with feedback', () => {
    const m = machine();
    mark(m, 1000, 1875, 2200, 0, 900);
    // 0.875 + 0.5 * (1 - 0.875 - (1.2 - 0.875))
    expect(triggerPercent(m, 100)).toBe(77);
  });

  it('leaves the runway that the program needs, with the runway pacer', () => {
    const m = machine({ pacer: PACER.runway });
    // 200 quads allocated during the scan of 900, at a quarter of the processors: the next mark needs 200.
    mark(m, 1000, 1875, 2075, 0, 900);
    // The goal is 1000 + 1100, for the roots; less the runway 1900.
    expect(triggerPercent(m, 100)).toBe(90);
  });

  it('remembers the greatest of the last four ratios, with the runway pacer', () => {
    const m = machine({ pacer: PACER.runway });
    mark(m, 1000, 1875, 2175, 0, 900);
    for (let i = 0; i < 3; i++) mark(m, 1000, 1875, 1975, 0, 900);
    expect(triggerPercent(m, 100)).toBe(80);
    mark(m, 1000, 1875, 1975, 0, 900);
    expect(triggerPercent(m, 100)).toBe(100);
  });
});
