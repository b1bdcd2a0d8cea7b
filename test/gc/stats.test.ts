import { describe, expect, it } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import type { MRef } from '../../src/machine/m.ts';
import type { GRef } from '../../src/machine/g.ts';
import { xorshift32 } from '../../src/base/random.ts';
import { loadWide } from '../../src/memory/wide.ts';
import { classToSize } from '../../src/heap/size-classes.ts';
import { SPAN_STATE, Span, spanAt } from '../../src/heap/span.ts';
import { FLAG_NOSCAN } from '../../src/malloc/flags.ts';
import { nspan } from '../../src/malloc/mheap.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { updatememstats } from '../../src/gc/stats.ts';
import { collect, getSlot, newObject, storeWord } from '../../src/runtime/mutator.ts';
import { settle } from '../../src/runtime/settle.ts';
import { readMemStats } from '../../src/inspect/memstats.ts';
import { bootCore, fatalOf, recount, runCore } from '../support/core-machine.ts';
import { COLLECTORS } from '../support/core-shape.ts';

interface Counts {
  mallocs: number;
  bytes: number;
}

/** Allocates what the seed draws, small, large and tiny, and keeps about an eighth of it. */
function mixture(m: Mem, mp: MRef, gp: GRef, seed: number, n: number): Counts {
  let x = seed;
  const counts: Counts = { mallocs: 0, bytes: 0 };
  newObject(m, mp, gp, 0, 512 * 8, 0);
  counts.mallocs++;
  for (let i = 0; i < n; i++) {
    x = xorshift32(x);
    const size = x % 97 === 0 ? 33_000 + (x % 200_000) : 1 + ((x >>> 4) % (x % 3 === 0 ? 15 : 3000));
    const p = newObject(m, mp, gp, 1, size, x % 2 === 0 || size < 16 ? FLAG_NOSCAN : 0);
    counts.mallocs++;
    if ((x & 7) === 0) storeWord(m, getSlot(m, gp, 0), (x >>> 10) % 512, p);
  }
  return counts;
}

describe.each(COLLECTORS)('$name', ({ policy, collector }) => {
  it.each([
    { gogc: 100, forced: 0 },
    { gogc: 10, forced: 3 },
    { gogc: -1, forced: 2 },
  ])('recounts the same figures as a slow count, with GOGC=$gogc and $forced requested collections', ({ gogc, forced }) => {
    let counts: Counts = { mallocs: 0, bytes: 0 };
    const { m } = runCore({ policy, collector, arenaPages: 256 * 128 }, gogc, function* (m, mp, gp) {
      counts = mixture(m, mp, gp, 99, 6000);
      for (let i = 0; i < forced; i++) collect(m, mp, i % 2 === 0);
      yield;
    });
    settle(m);
    const stats = readMemStats(m);
    const counted = recount(m);
    expect(stats.HeapAlloc).toBe(counted.bytes);
    expect(stats.Alloc).toBe(counted.bytes);
    expect(stats.HeapObjects).toBe(counted.objects);
    expect(stats.HeapInuse).toBe(counted.inuseBytes);
    expect(stats.HeapIdle).toBe(counted.idleBytes);
    expect(stats.HeapIdle + stats.HeapInuse).toBe(stats.HeapSys);
    expect(stats.Mallocs).toBe(counts.mallocs);
    // A tiny object that joins a block counts as freed at once: only blocks are objects of the heap.
    expect(stats.Mallocs - stats.Frees).toBe(counted.objects);
    expect(stats.TotalAlloc).toBeGreaterThanOrEqual(stats.HeapAlloc);
    for (const { Size, Mallocs, Frees } of stats.BySize.slice(1)) {
      let live = 0;
      for (let i = 0; i < nspan(m); i++) {
        const s = spanAt(m, i);
        if (m[s + Span.at.state] === SPAN_STATE.inUse && m[s + Span.at.sizeclass] !== 0 && m[s + Span.at.elemsize] === Size) live += m[s + Span.at.nalloc];
      }
      expect([Size, Mallocs - Frees]).toEqual([Size, live]);
    }
  });

  it('sums Sys from its parts, and counts each part that is used', () => {
    const { m, map } = runCore({ policy, collector }, 100, (m, mp, gp) => {
      mixture(m, mp, gp, 7, 3000);
      collect(m, mp, true);
    });
    settle(m);
    const { Sys, HeapSys, StackSys, MSpanSys, MCacheSys, GCSys, OtherSys } = readMemStats(m);
    expect(HeapSys + StackSys + MSpanSys + MCacheSys + GCSys + OtherSys).toBe(Sys);
    for (const [name, bytes] of Object.entries({ HeapSys, StackSys, MSpanSys, MCacheSys, GCSys })) expect([name, bytes > 0]).toEqual([name, true]);
    expect(Sys).toBeLessThanOrEqual(map.words * 4);
  });

  it('gives no negative figure, and none that wraps', () => {
    const { m } = runCore({ policy, collector, arenaPages: 256 * 128 }, 20, (m, mp, gp) => {
      for (let i = 0; i < 5; i++) {
        mixture(m, mp, gp, i + 1, 2000);
        collect(m, mp, i % 2 === 0);
      }
    });
    settle(m);
    for (const [name, value] of Object.entries(readMemStats(m))) {
      if (typeof value === 'number') expect([name, Number.isSafeInteger(value) && value >= 0]).toEqual([name, true]);
    }
    for (const { Mallocs, Frees } of readMemStats(m).BySize) expect(Mallocs).toBeGreaterThanOrEqual(Frees);
  });
});

describe('updatememstats', () => {
  it('detects live bytes that differ from the fast counter', () => {
    const { m, m0 } = bootCore();
    m[MSTATS + MStats.at.heapAllocQ] += 2;
    expect(fatalOf(() => updatememstats(m, m0)).code).toBe('MSTATS_SKEW');
  });

  it('counts mallocs and frees of each size class exactly', () => {
    runCore({ arenaPages: 64 * 128 }, -1, (m, mp, gp) => {
      for (let c = 1; c < classToSize.length; c++) {
        for (let i = 0; i < 10 + c; i++) newObject(m, mp, gp, 0, classToSize[c], 0);
      }
      collect(m, mp, true);
      updatememstats(m, mp);
      for (let c = 1; c < classToSize.length; c++) {
        const kept = c === classToSize.length - 1 ? 1 : 0;
        const of = (field: 'bySizeNmalloc' | 'nsmallfree') => loadWide(m, MSTATS + MStats.at[field] + 2 * c);
        expect([classToSize[c], of('bySizeNmalloc'), of('nsmallfree')]).toEqual([classToSize[c], 10 + c, 10 + c - kept]);
      }
    });
  });
});
