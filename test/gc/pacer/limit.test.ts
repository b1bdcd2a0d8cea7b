import { describe, expect, it } from 'vitest';
import { COLLECTOR } from '../../../src/gc/collectors/registry.ts';
import { BARRIER, STACKS } from '../../../src/gc/collectors/concurrent/state.ts';
import { LIMIT_UNIT, goalUnderLimit, hasLimit, limitGoal, limitTrigger } from '../../../src/gc/pacer/limit.ts';
import { NEVER_Q } from '../../../src/malloc/pacing.ts';
import { MSTATS, MStats } from '../../../src/malloc/mstats.ts';
import { loadWide } from '../../../src/memory/wide.ts';
import { getSlot, newObject, setSlot, storeWord } from '../../../src/runtime/mutator.ts';
import { bootCore, runCore } from '../../support/core-machine.ts';

const MB = (1 << 20) / 8;
const SHAPE = { collector: COLLECTOR.concurrent, barrier: BARRIER.hybrid, stacks: STACKS.once, arenaPages: 64 * 128 };

const LIMIT = 12 << 20;
const LIVE = 8000;

/** Keeps 2 MB alive and allocates 38 MB. Returns the most memory that the heap had, and the number of collections. */
function run(gogc: number, limit: number): { most: number; cycles: number } {
  let most = 0;
  const { m } = runCore({ ...SHAPE, memoryLimit: limit / LIMIT_UNIT }, gogc, function* (m, mp, gp) {
    for (let i = 0; i < 150_000; i++) {
      newObject(m, mp, gp, 0, 256, 0);
      if (i < LIVE) {
        storeWord(m, getSlot(m, gp, 0), 0, getSlot(m, gp, 1));
        setSlot(m, gp, 1, getSlot(m, gp, 0));
      }
      most = Math.max(most, loadWide(m, MSTATS + MStats.at.heapInuse));
      if (i % 64 === 0) yield;
    }
  });
  return { most, cycles: m[MSTATS + MStats.at.numgc] };
}

describe('goalUnderLimit', () => {
  it.each([
    // The limit, less other memory, less 1 MB.
    [64 * MB, 4 * MB, 10 * MB, 59 * MB],
    // No room: the headroom itself.
    [4 * MB, 4 * MB, 0, MB],
    [2 * MB, 4 * MB, 0, MB],
    // No goal lies below the live heap.
    [64 * MB, 4 * MB, 100 * MB, 100 * MB],
  ])('of a limit of %i with %i of other memory and %i live is %i', (limit, other, live, goal) => {
    expect(goalUnderLimit(limit, other, live)).toBe(goal);
  });
});

describe('a machine', () => {
  it('without a limit has no such goal', () => {
    const { m } = bootCore({ collector: COLLECTOR.concurrent });
    limitTrigger(m);
    expect([hasLimit(m), limitGoal(m, 5)]).toEqual([false, NEVER_Q]);
  });

  it('of an older collector has no limit', () => {
    const { m } = bootCore({ memoryLimit: 4096 });
    expect(hasLimit(m)).toBe(false);
  });

  it.each([-1, 100, 1000])('with GOGC=%i keeps a limit that its live heap allows', (gogc) => {
    const { most, cycles } = run(gogc, LIMIT);
    expect(cycles).toBeGreaterThan(3);
    expect(most).toBeLessThanOrEqual(LIMIT);
  });

  it('without a limit passes it', () => {
    expect(run(1000, 0).most).toBeGreaterThan(LIMIT);
  });
});
