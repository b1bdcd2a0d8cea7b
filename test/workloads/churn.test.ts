import { describe, expect, it } from 'vitest';
import { churn } from '../../src/workloads/churn.ts';
import { runOnOneP } from '../support/machine.ts';

describe('churn', () => {
  it('allocates `count` objects and keeps a ring for each goroutine', () => {
    const { memstats, lines } = runOnOneP(churn, { count: 300_000, threads: 3, ring: 10_000 });
    // Each ring is one object of 80 kB.
    expect(memstats.Mallocs).toBe(300_000 + 3);
    expect(memstats.Mallocs - memstats.Frees).toBe(memstats.HeapObjects);
    expect(memstats.NumGC).toBeGreaterThan(2);
    expect(lines).toEqual([`300000 objects of 32 bytes by 3 goroutines, 10000 kept by each, ${memstats.NumGC} collections`]);
  });

  it('keeps the ring alive and nothing else', () => {
    const ring = 20_000;
    const { cycles } = runOnOneP(churn, { count: 400_000, ring });
    const last = cycles.at(-1)!;
    expect(last.objectsMarked).toBeGreaterThanOrEqual(ring + 1);
    expect(last.objectsMarked).toBeLessThan(ring + 10);
  });

  it('stays within its arena for any params', () => {
    for (const [threads, ring] of [[1, 1], [8, 1000], [2, 100_000]]) {
      expect(runOnOneP(churn, { count: 400_000, threads, ring }).memstats.HeapSys).toBeLessThanOrEqual(
        churn.needs({ count: 400_000, threads, ring }).arenaBytes + 8192,
      );
    }
  });

  it('is deterministic for a given seed', () => {
    const once = () => {
      const { memstats, cycles } = runOnOneP(churn, { count: 150_000, threads: 2, ring: 1000 }, { timeslice: 3 });
      return [memstats.Mallocs, memstats.Frees, cycles.map(({ objectsMarked, nextGc, nspan }) => [objectsMarked, nextGc, nspan])];
    };
    expect(once()).toEqual(once());
  });
});
