/** The concurrent collector under the oracle, on one P: its workers run between the steps of the program. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Mem } from '../../../../src/memory/struct.ts';
import { markSome } from '../../../../src/gc/collector.ts';
import { PROGRESS } from '../../../../src/gc/collectors/descriptor.ts';
import { COLLECTOR } from '../../../../src/gc/collectors/registry.ts';
import { BARRIER, STACKS, TERMINATION, isMarking } from '../../../../src/gc/collectors/concurrent/state.ts';
import { ASSISTS } from '../../../../src/gc/pacer/record.ts';
import { CHECKPOINT } from '../../../../src/gc/doorbell.ts';
import { free } from '../../../../src/malloc/free.ts';
import { MSTATS, MStats } from '../../../../src/malloc/mstats.ts';
import { FORCE, gcStart } from '../../../../src/runtime/gc.ts';
import { collect, getSlot, newObject, setSlot, storeWord } from '../../../../src/runtime/mutator.ts';
import { settle } from '../../../../src/runtime/settle.ts';
import { Verifier } from '../../../../src/verify/verifier.ts';
import { builtIn } from '../../../../src/workloads/built-ins.ts';
import type { Params } from '../../../../src/workloads/workload.ts';
import { bootCore, recount, runCore, runMain } from '../../../support/core-machine.ts';
import { runOnOneP } from '../../../support/machine.ts';
import { hook } from '../../../support/verify-hook.ts';

vi.mock('../../../../src/gc/doorbell.ts', async (original) => (await import('../../../support/verify-hook.ts')).answered(await original()));

const NUMGC = MSTATS + MStats.at.numgc;
const PLENTY = { collector: COLLECTOR.concurrent, arenaPages: 64 * 128, verify: true };

/** Ends of marks that the program ran beside, of those that the oracle has seen. */
let besides = 0;
beforeEach(() => {
  let verifier: { m: Mem; check: Verifier } | undefined;
  besides = 0;
  hook.at = (m, point) => {
    if (verifier?.m !== m) verifier = { m, check: new Verifier(m) };
    if (point === CHECKPOINT.marked && isMarking(m)) besides++;
    expect(verifier.check.check(point).problems).toEqual([]);
  };
});
afterEach(() => {
  hook.at = () => {};
});

describe('the concurrent collector', () => {
  it.each<[string, Params, number]>([
    ['churn', { count: 20_000, ring: 2000 }, 20],
    ['links', { moves: 2000, nodes: 300 }, 20],
    ['cache', { count: 4000 }, 50],
    ['strings', { count: 3000 }, 20],
    ['binary-trees', { depth: 9 }, 5],
  ])('runs %s with nothing wrong at any checkpoint', (workload, params, gcEvery) => {
    const { cycles } = runOnOneP(builtIn(workload)!, params, { collector: 'concurrent', verify: true, gogc: 50, gcEvery, timeslice: 50 });
    expect(cycles.length).toBeGreaterThan(2);
    expect(besides).toBeGreaterThan(0);
  });

  it.each([
    ['dijkstra', 'rescan'],
    ['hybrid', 'once'],
    ['hybrid', 'rescan'],
  ] as const)('ends a mark without the program, with the barrier %s and stacks scanned: %s', (barrier, stacks) => {
    const { m } = runCore({ ...PLENTY, barrier: BARRIER[barrier], stacks: STACKS[stacks] }, -1, function* (m, mp, gp) {
      for (let i = 0; i < 300; i++) {
        newObject(m, mp, gp, 0, 64, 0);
        storeWord(m, getSlot(m, gp, 0), 0, getSlot(m, gp, 1));
        setSlot(m, gp, 1, getSlot(m, gp, 0));
      }
      gcStart(m, mp, FORCE.begin);
      expect(isMarking(m)).toBe(true);
      while (isMarking(m)) yield;
      expect(m[NUMGC]).toBe(1);
    });
    expect(besides).toBe(1);
    settle(m);
    expect(recount(m).objects).toBe(300);
  });

  it.each([
    ['ragged', 0],
    ['ragged', 8],
    ['count', 8],
  ] as const)('runs links with the end found by %s and a buffer of %i pointers', (termination, barrierBuffer) => {
    const concurrent = { barrier: 'hybrid', stacks: 'once', termination, barrierBuffer } as const;
    const { cycles } = runOnOneP(builtIn('links')!, { moves: 2000, nodes: 300 }, { collector: 'concurrent', concurrent, verify: true, gogc: 50, gcEvery: 20, timeslice: 50 });
    expect(cycles.length).toBeGreaterThan(2);
    expect(besides).toBeGreaterThan(0);
  });

  it('ends no mark with the ragged barrier while work is left, and marks what is left before a forced collection', () => {
    runCore({ ...PLENTY, barrier: BARRIER.hybrid, stacks: STACKS.once, termination: TERMINATION.ragged, barrierBuffer: 8 }, -1, (m, mp, gp) => {
      newObject(m, mp, gp, 0, 64, 0);
      newObject(m, mp, gp, 1, 64, 0);
      gcStart(m, mp, FORCE.begin);
      storeWord(m, getSlot(m, gp, 0), 0, getSlot(m, gp, 1));
      gcStart(m, mp, FORCE.end);
      expect([isMarking(m), m[NUMGC]]).toEqual([true, 0]);
      collect(m, mp, true);
      expect([isMarking(m), m[NUMGC], recount(m).objects]).toEqual([false, 2, 2]);
    });
  });

  it('does not take a mark for done while the stack of a running goroutine is still to be scanned', () => {
    const answers: number[] = [];
    runCore(PLENTY, -1, function* (m, mp, gp) {
      newObject(m, mp, gp, 0, 64, 0);
      gcStart(m, mp, FORCE.begin);
      for (let i = 0; i < 100 && answers.at(-1) !== PROGRESS.others; i++) answers.push(markSome(m, mp, 1 << 12));
      yield;
      while (isMarking(m)) yield;
    });
    expect(answers.at(-1)).toBe(PROGRESS.others);
    expect(answers).not.toContain(PROGRESS.none);
    expect(besides).toBe(1);
  });

  it('leaves a block that is freed explicitly during a mark to the next collection', () => {
    runCore(PLENTY, -1, (m, mp, gp) => {
      newObject(m, mp, gp, 0, 64, 0);
      gcStart(m, mp, FORCE.begin);
      const p = getSlot(m, gp, 0);
      setSlot(m, gp, 0, 0);
      free(m, mp, p);
      expect(recount(m).objects).toBe(1);
      collect(m, mp, true);
      expect(recount(m).objects).toBe(0);
    });
  });

  it('ends the mark under way before a forced collection, which finds everything that is dead by then', () => {
    runCore(PLENTY, -1, (m, mp, gp) => {
      for (let i = 0; i < 100; i++) newObject(m, mp, gp, 0, 64, 0);
      gcStart(m, mp, FORCE.begin);
      for (let i = 0; i < 100; i++) newObject(m, mp, gp, 0, 64, 0);
      setSlot(m, gp, 0, 0);
      collect(m, mp, true);
      expect([isMarking(m), m[NUMGC], recount(m).objects]).toEqual([false, 2, 0]);
    });
    expect(besides).toBe(1);
  });

  it('begins no mark while one is under way, ends none that is not, and none that has work left', () => {
    runCore(PLENTY, -1, function* (m, mp) {
      gcStart(m, mp, FORCE.end);
      gcStart(m, mp, FORCE.begin);
      gcStart(m, mp, FORCE.begin);
      expect([isMarking(m), m[NUMGC]]).toEqual([true, 0]);
      // As an M does that has found the mark before this one at its end.
      gcStart(m, mp, FORCE.end);
      expect([isMarking(m), m[NUMGC]]).toEqual([true, 0]);
      while (isMarking(m)) yield;
      expect(m[NUMGC]).toBe(1);
    });
  });

  it('gives up a mark that the end of the program interrupts', () => {
    const machine = bootCore({ ...PLENTY, assists: ASSISTS.off }, -1);
    runMain(machine, (m, mp, gp) => {
      for (let i = 0; i < 100; i++) newObject(m, mp, gp, 0, 64, 0);
      gcStart(m, mp, FORCE.begin);
      newObject(m, mp, gp, 0, 64, 0);
    });
    const { m } = machine;
    expect(isMarking(m)).toBe(true);
    settle(m);
    expect(isMarking(m)).toBe(false);
    expect(new Verifier(m).check(CHECKPOINT.swept).problems).toEqual([]);
  });
});
