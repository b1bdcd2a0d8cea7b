import { describe, expect, it } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import { COLLECTOR } from '../../src/gc/collectors/registry.ts';
import { loadWide } from '../../src/memory/wide.ts';
import type { MRef } from '../../src/machine/m.ts';
import type { GRef } from '../../src/machine/g.ts';
import { FLAG_NOSCAN } from '../../src/malloc/flags.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { drainCycles } from '../../src/gc/cycle-log.ts';
import { collect, getSlot, loadInt, newObject, setSlot, storeInt, storeWord } from '../../src/runtime/mutator.ts';
import { bootCore, isAllocated, recount, runCore, runMain } from '../support/core-machine.ts';
import { COLLECTORS } from '../support/core-shape.ts';
import { seeds } from '../support/nightly.ts';

const NUMGC = MSTATS + MStats.at.numgc;
const NEVER = 0x7fffffff * 8;

function heapSys(m: Mem): number {
  return loadWide(m, MSTATS + MStats.at.heapSys);
}

function nextGc(m: Mem): number {
  return m[MSTATS + MStats.at.xnextGcQ] * 8;
}

/** A table in slot 0 of objects of 10 KB each, `kept` of them; as many more are garbage. */
function keep(m: Mem, mp: MRef, gp: GRef, kept: number): void {
  newObject(m, mp, gp, 0, kept * 8, 0);
  for (let i = 0; i < kept; i++) {
    storeWord(m, getSlot(m, gp, 0), i, newObject(m, mp, gp, 1, 10_000, FLAG_NOSCAN));
    newObject(m, mp, gp, 1, 10_000, FLAG_NOSCAN);
  }
  setSlot(m, gp, 1, 0);
}

describe.each(COLLECTORS)('a collection, $name', ({ policy, collector }) => {
  it('keeps the growth of HeapSys under steady churn to 16 MB', () => {
    runCore({ policy, collector, arenaPages: 128 * 128 }, 100, function* (m, mp, gp) {
      newObject(m, mp, gp, 0, 1000 * 8, 0);
      let before = 0;
      for (let i = 0; i < seeds(50_000, 400_000); i++) {
        storeWord(m, getSlot(m, gp, 0), i % 1000, newObject(m, mp, gp, 1, 32 + ((i * 7919) % 1000), 0));
        if (i === 20_000) before = heapSys(m);
        if (i % 1000 === 0) yield;
      }
      expect(m[NUMGC]).toBeGreaterThan(20);
      expect(heapSys(m) - before).toBeLessThanOrEqual(16 << 20);
    });
  });

  it('makes room for large objects, each dropped for the next', () => {
    runCore({ policy, collector, arenaPages: 64 * 128 }, 100, function* (m, mp, gp) {
      for (let i = 0; i < seeds(60, 400); i++) {
        newObject(m, mp, gp, 0, (1 << 20) + (i % 7) * 100_000, 0);
        if (i % 50 === 0) yield;
      }
      expect(heapSys(m)).toBeLessThanOrEqual(32 << 20);
    });
  });

  it('starts only on request with GOGC off', () => {
    runCore({ policy, collector, arenaPages: 64 * 128 }, -1, (m, mp, gp) => {
      for (let i = 0; i < 30; i++) newObject(m, mp, gp, 0, 1 << 20, FLAG_NOSCAN);
      expect([m[NUMGC], recount(m).objects]).toEqual([0, 30]);
      collect(m, mp, true);
      expect([m[NUMGC], recount(m).objects]).toEqual([1, 1]);
    });
  });

  it('is not enabled at boot', () => {
    const { m } = bootCore({ policy, collector });
    expect(m[MSTATS + MStats.at.enablegc]).toBe(0);
  });

  it('stores its end in last_gc', () => {
    runCore({ policy, collector }, 100, (m, mp) => {
      for (let i = 0; i < 3; i++) {
        const before = Date.now();
        collect(m, mp, i === 1);
        expect(loadWide(m, MSTATS + MStats.at.lastGc)).toBeGreaterThanOrEqual(before);
        expect(loadWide(m, MSTATS + MStats.at.lastGc)).toBeLessThanOrEqual(Date.now());
      }
    });
  });

  it('is counted, with its pause, and logged once', () => {
    const machine = runCore({ policy, collector }, 100, (m, mp) => {
      for (let i = 0; i < 300; i++) collect(m, mp, i % 2 === 0);
    });
    const { m } = machine;
    const cycles = drainCycles(m);
    expect([m[NUMGC], cycles.length]).toEqual([300, 300]);
    expect(loadWide(m, MSTATS + MStats.at.pauseTotalNs)).toBe(cycles.reduce((sum, { pauseNs }) => sum + pauseNs, 0));
    // The ring remembers the last 256.
    const ring = Array.from({ length: 256 }, (_, i) => loadWide(m, MSTATS + MStats.at.pauseNs + 2 * ((299 - i) % 256)));
    expect(ring).toEqual(cycles.slice(-256).map(({ pauseNs }) => pauseNs).toReversed());
    for (const { stopNs, sweepNs, markNs, waitNs, eagerSweepNs, pauseNs } of cycles) {
      const marked = stopNs + sweepNs + markNs + waitNs;
      if (collector === COLLECTOR.parallel) expect(marked).toBe(pauseNs);
      // The older ones sweep in the pause.
      else expect(marked + eagerSweepNs).toBeLessThanOrEqual(pauseNs);
    }
  });

  it('leaves at most a fifth of what was allocated as garbage', () => {
    runCore({ policy, collector, arenaPages: 128 * 128 }, 100, function* (m, mp, gp) {
      for (let i = 0; i < 200; i++) {
        newObject(m, mp, gp, 0, 100_000, FLAG_NOSCAN);
        for (let k = 0; k < 100; k++) newObject(m, mp, gp, 0, 512, 0);
        yield;
      }
      expect(recount(m).bytes).toBeLessThanOrEqual((200 * 150_000) / 5);
    });
  });

  it.each([50, 100, 400])('sets next_gc to the live heap and %i percent of it, once all is swept', (gogc) => {
    runCore({ policy, collector, arenaPages: 128 * 128 }, gogc, (m, mp, gp) => {
      keep(m, mp, gp, 1000);
      collect(m, mp, true);
      const live = recount(m).bytes;
      expect(live).toBeGreaterThan(10_000_000);
      expect(Math.abs(nextGc(m) / (live * (1 + gogc / 100)) - 1)).toBeLessThan(0.001);
    });
  });

  it('starts when the goal is reached, not before', () => {
    runCore({ policy, collector, arenaPages: 128 * 128 }, 100, (m, mp, gp) => {
      keep(m, mp, gp, 1000);
      collect(m, mp, true);
      const goal = nextGc(m);
      const numgc = m[NUMGC];
      let live = recount(m).bytes;
      while (m[NUMGC] === numgc) {
        newObject(m, mp, gp, 1, 40_000, FLAG_NOSCAN);
        live += 40_960;
      }
      expect(live).toBeGreaterThanOrEqual(goal);
      expect(live - goal).toBeLessThan(100_000);
    });
  });

  it.each([10_000, 100_000])('leaves a goal far above the live heap with GOGC=%i, after a large heap has become garbage', (gogc) => {
    runCore({ policy, collector, arenaPages: 110 * 128 }, gogc, (m, mp, gp) => {
      newObject(m, mp, gp, 1, 4 << 20, FLAG_NOSCAN);
      for (let i = 0; i < 90; i++) newObject(m, mp, gp, 0, 1 << 20, FLAG_NOSCAN);
      setSlot(m, gp, 0, 0);
      collect(m, mp, true);
      const live = recount(m).bytes;
      expect(nextGc(m)).toBeGreaterThan(0);
      expect(nextGc(m)).toBeGreaterThanOrEqual(Math.min(NEVER, live * (1 + gogc / 100)) * 0.99);
    });
  });

  it('frees garbage whether the background or an allocation sweeps it', () => {
    runCore({ policy, collector, arenaPages: 64 * 128 }, -1, function* (m, mp, gp) {
      for (const size of [16, 48, 1024, 32_768, 100_000]) {
        newObject(m, mp, gp, 0, 64 * 8, 0);
        for (let i = 0; i < 600; i++) {
          const p = newObject(m, mp, gp, 1, size, 0);
          if (i % 10 === 0) storeWord(m, getSlot(m, gp, 0), i / 10, p);
        }
        setSlot(m, gp, 1, 0);
        collect(m, mp, false);
        for (let i = 0; i < 50; i++) {
          storeInt(m, newObject(m, mp, gp, 1, size, 0), 1, 7);
          yield;
        }
        setSlot(m, gp, 1, 0);
        for (let i = 0; i < 60; i++) expect(loadInt(m, getSlot(m, gp, 0), 2 * i)).not.toBe(-1);
        setSlot(m, gp, 0, 0);
        collect(m, mp, false);
        collect(m, mp, true);
        expect([size, recount(m).objects]).toEqual([size, 0]);
      }
    });
  });

  // With gctrace the caches would be flushed once more, for its figures.
  it.each([true, false])('does not free an object allocated in a span before that is swept (gctrace %s)', (gctrace) => {
    runCore({ policy, collector, gctrace }, -1, (m, mp, gp) => {
      for (const size of [16, 64, 1024, 8192]) {
        for (let i = 0; i < 400; i++) newObject(m, mp, gp, 0, size, 0);
        setSlot(m, gp, 0, 0);
        collect(m, mp, false);
        const table = newObject(m, mp, gp, 0, 400 * 8, 0);
        const fresh = Array.from({ length: 400 }, (_, i) => {
          const p = newObject(m, mp, gp, 1, size, 0);
          storeWord(m, table, i, p);
          return p;
        });
        setSlot(m, gp, 1, 0);
        collect(m, mp, true);
        expect([size, fresh.filter((p) => !isAllocated(m, p))]).toEqual([size, []]);
        setSlot(m, gp, 0, 0);
        collect(m, mp, true);
      }
    });
  });
});

describe('the cycle', () => {
  it('runs twice with gctrace=2, each time with a record and a pause', () => {
    const { m } = runCore({ gctrace: 2 }, 100, (m, mp, gp) => {
      for (let i = 0; i < 100; i++) newObject(m, mp, gp, 0, 1000, FLAG_NOSCAN);
      for (let i = 0; i < 3; i++) collect(m, mp, i % 2 === 0);
    });
    const cycles = drainCycles(m);
    expect(cycles.map(({ numgc }) => numgc)).toEqual([1, 2, 3, 4, 5, 6]);
    // The second finds swept what the first left.
    expect(cycles[1].nmalloc - cycles[1].nfree).toBe(1);
    expect(cycles.reduce((sum, { pauseNs }) => sum + pauseNs, 0)).toBe(loadWide(m, MSTATS + MStats.at.pauseTotalNs));
  });

  it('runs on several machines one after the other', () => {
    for (let i = 0; i < 3; i++) {
      const machine = bootCore({}, 100);
      runMain(machine, (m, mp) => collect(m, mp, true));
      expect(machine.m[NUMGC]).toBe(1);
    }
  });
});
