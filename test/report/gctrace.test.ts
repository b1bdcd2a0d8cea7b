/** The lines equal Go's for the same figures. */
import { describe, expect, it } from 'vitest';
import { SCAVENGE, type Scavenge } from '../../src/malloc/scavenge-log.ts';
import { formatGctrace, formatGogctrace2011, formatScavenge } from '../../src/report/gctrace.ts';
import { cycleOf } from '../cli/fakes.ts';

describe('gctrace', () => {
  it("prints Go 1.3's line for tree with one thread", () => {
    const cycle = cycleOf({
      numgc: 13, nproc: 1, stopNs: 2_999, sweepNs: 0, markNs: 77_755_001, waitNs: 999, heap0: 140_000_000, heap1: 140_000_000,
      nmalloc: 4210804, nfree: 32, nspan: 17063, npausesweep: 17061,
    });
    expect(formatGctrace(cycle)).toBe(
      'gc13(1): 2+0+77755+0 us, 133 -> 133 MB, 4210772 (4210804-32) objects, 17063/0/17061 sweeps, 0(0) handoff, 0(0) steal, 0/0/0 yields',
    );
  });

  it("prints Go 1.3's line for tree with two threads", () => {
    const cycle = cycleOf({
      numgc: 12, nproc: 2, stopNs: 2000, sweepNs: 6000, markNs: 70_205_000, waitNs: 2000, heap0: 140_000_000, heap1: 140_000_000,
      nmalloc: 4210815, nfree: 36, nspan: 17067, npausesweep: 17065,
      nhandoff: 120, nhandoffcnt: 16090, nsteal: 2, nstealcnt: 3, nprocyield: 800, nosyield: 67, nsleep: 2,
    });
    expect(formatGctrace(cycle)).toBe(
      'gc12(2): 2+6+70205+2 us, 133 -> 133 MB, 4210779 (4210815-36) objects, 17067/0/17065 sweeps, 120(16090) handoff, 2(3) steal, 800/67/2 yields',
    );
  });

  it("has Go 1.4's goroutines before the sweeps", () => {
    const cycle = cycleOf({
      numgc: 14, nproc: 2, stopNs: 3000, sweepNs: 8000, markNs: 80_661_000, waitNs: 3000, heap0: 134_300_000, heap1: 134_300_000,
      nmalloc: 4194434, nfree: 49, goroutines: 4, nspan: 16407, npausesweep: 16399,
      nhandoff: 228, nhandoffcnt: 4492, nsteal: 2, nstealcnt: 3, nprocyield: 509, nosyield: 40, nsleep: 40,
    });
    expect(formatGctrace(cycle, '1.4')).toBe(
      'gc14(2): 3+8+80661+3 us, 128 -> 128 MB, 4194385 (4194434-49) objects, 4 goroutines, 16407/0/16399 sweeps, 228(4492) handoff, 2(3) steal, 509/40/40 yields',
    );
  });

  it('is right above 2 GB', () => {
    expect(formatGctrace(cycleOf({ heap0: 3 * 2 ** 30, heap1: 3.5 * 2 ** 30 }))).toContain('3072 -> 3584 MB');
  });
});

describe("the scavenger's lines", () => {
  const record = (fields: Partial<Scavenge>): Scavenge => ({
    kind: SCAVENGE.released, number: 3, numgc: 7, released: 0, heapInuse: 5.9 * 2 ** 20, heapIdle: 58 * 2 ** 20, heapSys: 63.9 * 2 ** 20, heapReleased: 40 * 2 ** 20, ...fields,
  });

  it.each(['1.3', '1.4'] as const)("are Go %s's, with a line for what was released if anything was", (version) => {
    const figures = 'inuse: 5, idle: 58, sys: 63, released: 40, consumed: 23 (MB)';
    expect(formatScavenge(record({}), version)).toEqual([`scvg3: ${figures}`]);
    expect(formatScavenge(record({ released: 2.5 * 2 ** 20 }), version)).toEqual(['scvg3: 2 MB released', `scvg3: ${figures}`]);
    expect(formatScavenge(record({ number: -1 }), version)).toEqual([`scvg-1: ${figures}`]);
  });

  it('report a forced collection after it in Go 1.3, and before it in Go 1.4', () => {
    const lines = (version: '1.3' | '1.4') => [SCAVENGE.forcing, SCAVENGE.forced].map((kind) => formatScavenge(record({ kind }), version));
    expect(lines('1.3')).toEqual([[], ['scvg3: GC forced']]);
    expect(lines('1.4')).toEqual([['GC forced'], []]);
  });
});

describe('gogctrace of 2011', () => {
  const cycle = cycleOf({
    numgc: 7, stopNs: 1_000_000, sweepNs: 500_000, markNs: 10_700_000, eagerSweepNs: 3_999_999, pauseNs: 18_300_000,
    heap0: 9_000_000, heap1: 4_500_000, objects0: 225_282, objects: 100_002, nmalloc: 356_546, nfree: 256_544, nsizelookup: 30, naddrlookup: 12,
  });

  it('has the mark, the sweep, the rest of the pause, and the lookups of spans', () => {
    expect(formatGogctrace2011(cycle, true)).toBe(
      'gc7: 12+3+2 ms 8 -> 4 MB 225282 -> 100002 (356546-256544) objects 42 pointer lookups (30 size, 12 addr)',
    );
  });

  it('has no lookups for the collector of 2010', () => {
    expect(formatGogctrace2011(cycle, false)).toBe('gc7: 12+3+2 ms 8 -> 4 MB 225282 -> 100002 (356546-256544) objects');
  });
});
