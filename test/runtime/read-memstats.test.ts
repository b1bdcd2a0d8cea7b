import { describe, expect, it } from 'vitest';
import { loadWide } from '../../src/memory/wide.ts';
import { PAUSES } from '../../src/malloc/mstats.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { FLAG_NOSCAN } from '../../src/malloc/flags.ts';
import { memStat } from '../../src/gc/memstats.ts';
import { drainCycles } from '../../src/gc/cycle-log.ts';
import { setGCPercent, setgcpercent } from '../../src/runtime/gc-percent.ts';
import { collect, getSlot, newObject } from '../../src/runtime/mutator.ts';
import { GCSTATS_CAP, MEMSTATS_BYTES, readGCStats, readMemStats } from '../../src/runtime/read-memstats.ts';
import { settle } from '../../src/runtime/settle.ts';
import { readMemStats as report } from '../../src/inspect/memstats.ts';
import { bootCore, runCore, runMain } from '../support/core-machine.ts';

describe('ReadMemStats', () => {
  it('shows a running program what it has just allocated', () => {
    runCore({}, -1, (m, mp, gp) => {
      newObject(m, mp, gp, 0, MEMSTATS_BYTES, FLAG_NOSCAN);
      newObject(m, mp, gp, 1, MEMSTATS_BYTES, FLAG_NOSCAN);
      readMemStats(m, mp, getSlot(m, gp, 0));
      for (let i = 0; i < 100; i++) newObject(m, mp, gp, 2, 48, 0);
      for (let i = 0; i < 10; i++) newObject(m, mp, gp, 2, 5, FLAG_NOSCAN);
      readMemStats(m, mp, getSlot(m, gp, 1));
      const grown = (name: Parameters<typeof memStat>[2]) => memStat(m, getSlot(m, gp, 1), name) - memStat(m, getSlot(m, gp, 0), name);
      // Three tiny ones share a block of 16 bytes.
      expect([grown('Mallocs'), grown('HeapObjects'), grown('TotalAlloc'), grown('Alloc')]).toEqual([110, 104, 4864, 4864]);
      expect(grown('NumGC')).toBe(0);
    });
  });

  it('returns a copy in which Sys is the sum of its parts', () => {
    runCore({}, 100, (m, mp, gp) => {
      newObject(m, mp, gp, 0, MEMSTATS_BYTES, FLAG_NOSCAN);
      collect(m, mp, true);
      readMemStats(m, mp, getSlot(m, gp, 0));
      const stats = report(m, getSlot(m, gp, 0));
      expect(stats.Sys).toBe(stats.HeapSys + stats.StackSys + stats.MSpanSys + stats.MCacheSys + stats.BuckHashSys + stats.GCSys + stats.OtherSys);
      expect(stats.Sys).toBeGreaterThan(stats.HeapSys);
      expect(memStat(m, getSlot(m, gp, 0), 'Sys')).toBe(stats.Sys);
    });
  });

  it('lays the rings out as Go does', () => {
    const { m } = runCore({}, -1, (m, mp) => {
      for (let i = 0; i < 300; i++) collect(m, mp, false);
    });
    settle(m);
    const { PauseNs, PauseEnd, NumGC, LastGC, DebugGC } = report(m);
    const cycles = drainCycles(m);
    expect([PauseNs.length, PauseEnd.length, NumGC, DebugGC]).toEqual([256, 256, 300, false]);
    expect(PauseNs[(NumGC + 255) % 256]).toBe(cycles[299].pauseNs);
    expect(PauseNs[(NumGC + 256) % 256]).toBe(cycles[44].pauseNs);
    expect(PauseEnd[(NumGC + 255) % 256]).toBe(LastGC);
  });
});

describe('readGCStats', () => {
  it.each([0, 3, 256, 300])('writes, after %i collections, the pauses, latest first, then the totals', (n) => {
    const machine = bootCore();
    runMain(machine, (m, mp, gp) => {
      const p = newObject(m, mp, gp, 0, GCSTATS_CAP * 8, FLAG_NOSCAN);
      for (let i = 0; i < n; i++) collect(m, mp, i % 2 === 0);
      const count = readGCStats(m, mp, p, GCSTATS_CAP);
      const numbers = Array.from({ length: count }, (_, i) => loadWide(m, p + 2 * i));
      const cycles = drainCycles(m);
      const pauses = cycles.map(({ pauseNs }) => pauseNs);
      expect(count).toBe(Math.min(n, PAUSES) + 3);
      expect(numbers.slice(0, -3)).toEqual(pauses.slice(-PAUSES).toReversed());
      expect(numbers.slice(-2)).toEqual([n, pauses.reduce((a, b) => a + b, 0)]);
      expect(numbers.at(-3)).toBe(loadWide(m, MSTATS + MStats.at.lastGc));
    });
  });

  it('refuses a slice that is too short before it writes', () => {
    runCore({}, 100, (m, mp, gp) => {
      const p = newObject(m, mp, gp, 0, GCSTATS_CAP * 8, FLAG_NOSCAN);
      expect(() => readGCStats(m, mp, p, GCSTATS_CAP - 1)).toThrow('short slice passed to readGCStats: it needs room for 259 numbers, not 258');
      expect(m[p]).toBe(0);
    });
  });
});

describe('SetGCPercent', () => {
  const NEXT_GC = MSTATS + MStats.at.xnextGcQ;

  it('returns the old value, and takes effect at once', () => {
    runCore({}, 100, (m, mp, gp) => {
      newObject(m, mp, gp, 0, 1 << 20, FLAG_NOSCAN);
      expect(setGCPercent(m, mp, 50)).toBe(100);
      expect(Atomics.load(m, NEXT_GC) * 8).toBe(1.5 * (1 << 20));
      expect(setGCPercent(m, mp, -7)).toBe(50);
      expect(Atomics.load(m, NEXT_GC)).toBe(0x7fffffff);
      expect(setGCPercent(m, mp, 200)).toBe(-1);
      expect(Atomics.load(m, NEXT_GC) * 8).toBe(3 * (1 << 20));
    });
  });

  it('resumes automatic collections when it is switched on again', () => {
    runCore({ arenaPages: 64 * 128 }, 100, (m, mp, gp) => {
      setGCPercent(m, mp, -1);
      const numgc = m[MSTATS + MStats.at.numgc];
      for (let i = 0; i < 20; i++) newObject(m, mp, gp, 0, 1 << 20, FLAG_NOSCAN);
      expect(m[MSTATS + MStats.at.numgc]).toBe(numgc);
      setGCPercent(m, mp, 100);
      for (let i = 0; i < 20; i++) newObject(m, mp, gp, 0, 1 << 20, FLAG_NOSCAN);
      expect(m[MSTATS + MStats.at.numgc]).toBeGreaterThan(numgc + 1);
    });
  });

  it('leaves the goal of a cycle alone in the middle of its sweep', () => {
    runCore({}, 100, (m, mp, gp) => {
      for (let i = 0; i < 100; i++) newObject(m, mp, gp, 0, 1000, FLAG_NOSCAN);
      collect(m, mp, false);
      setgcpercent(m, mp, 1000);
      settle(m);
      // One block of 1024 bytes is live.
      expect(Atomics.load(m, NEXT_GC) * 8).toBe(2048);
    });
  });
});
