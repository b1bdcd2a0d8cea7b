/** Assists on one P, whose workers run only when the program yields. */
import { describe, expect, it } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import { COLLECTOR } from '../../src/gc/collectors/registry.ts';
import { BARRIER, STACKS, isMarking } from '../../src/gc/collectors/concurrent/state.ts';
import { ASSISTS, PACING, Pacer } from '../../src/gc/pacer/record.ts';
import { HARD_GOAL } from '../../src/gc/pacer/work-ratio.ts';
import { loadWide } from '../../src/memory/wide.ts';
import type { GRef } from '../../src/machine/g.ts';
import type { MRef } from '../../src/machine/m.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { getSlot, newObject, setSlot, storeWord } from '../../src/runtime/mutator.ts';
import { settle } from '../../src/runtime/settle.ts';
import { recount, runCore } from '../support/core-machine.ts';

const NUMGC = MSTATS + MStats.at.numgc;
const HEAP_ALLOC_Q = MSTATS + MStats.at.heapAllocQ;
const SHAPE = { collector: COLLECTOR.concurrent, barrier: BARRIER.hybrid, stacks: STACKS.once, assists: ASSISTS.on, arenaPages: 64 * 128 };
const OBJECTS = 40_000;
/** What an MCache has not reported: a span for each of the size classes in use. */
const SLACK_Q = (4 * 8192) / 8;

/** Keeps a list of OBJECTS objects alive, and allocates as many again and again, in one step. Returns the most by which a mark exceeded its goal, as a factor. */
function worstExcess(m: Mem, mp: MRef, gp: GRef, rounds: number, look: () => void = () => {}): number {
  let worst = 0;
  for (let i = 0; i < OBJECTS * rounds; i++) {
    newObject(m, mp, gp, 0, 64, 0);
    if (i < OBJECTS) {
      storeWord(m, getSlot(m, gp, 0), 0, getSlot(m, gp, 1));
      setSlot(m, gp, 1, getSlot(m, gp, 0));
    }
    look();
    if (isMarking(m) && m[NUMGC] > 2) worst = Math.max(worst, (m[HEAP_ALLOC_Q] - SLACK_Q) / m[PACING + Pacer.at.goalQ]);
  }
  return worst;
}

describe('a program that never lets a worker run', () => {
  it('ends its marks by its own assists, and passes no goal by more than the bound', () => {
    let worst = 0;
    let cycles = 0;
    const { m } = runCore(SHAPE, 100, (m, mp, gp) => {
      worst = worstExcess(m, mp, gp, 12);
      cycles = m[NUMGC];
      expect(loadWide(m, PACING + Pacer.at.assistNs)).toBeGreaterThan(0);
    });
    expect(cycles).toBeGreaterThan(4);
    expect(worst).toBeGreaterThan(0);
    expect(worst).toBeLessThanOrEqual(HARD_GOAL);
    settle(m);
    expect(recount(m).objects).toBeGreaterThanOrEqual(OBJECTS);
  });

  it('passes the goal if nothing assists', () => {
    runCore(SHAPE, 100, (m, mp, gp) => {
      // With the limiter on, no allocation pays for anything.
      const worst = worstExcess(m, mp, gp, 12, () => {
        if (m[NUMGC] > 2) m[PACING + Pacer.at.isLimiting] = 1;
      });
      expect(worst).toBeGreaterThan(HARD_GOAL);
    });
  });

  it('has its marks ended in the stopped world at the goal, without assists', () => {
    runCore({ ...SHAPE, assists: ASSISTS.off }, 100, (m, mp, gp) => {
      expect(worstExcess(m, mp, gp, 12)).toBeLessThanOrEqual(1);
      expect(m[NUMGC]).toBeGreaterThan(4);
      expect(loadWide(m, PACING + Pacer.at.assistNs)).toBe(0);
    });
  });
});
