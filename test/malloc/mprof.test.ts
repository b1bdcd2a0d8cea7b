/** Which blocks the profiler samples, what it counts of them, and when that is published. */
import { describe, expect, it } from 'vitest';
import { COLLECTOR } from '../../src/gc/collectors/registry.ts';
import type { MachineShape } from '../../src/memory/map.ts';
import type { Mem } from '../../src/memory/struct.ts';
import { loadWide } from '../../src/memory/wide.ts';
import { PSEUDO_PC } from '../../src/machine/callers.ts';
import { SPECIAL_KIND, Special } from '../../src/heap/special.ts';
import { Span, spanOf } from '../../src/heap/span.ts';
import { getaddrbucket } from '../../src/malloc/addr-buckets.ts';
import { BUCK_HASH_SIZE, Bucket, MPROF, MProf, countMalloc, mprofFree, mprofGC } from '../../src/malloc/buckets.ts';
import { FLAG_NOPROFILING, FLAG_NOSCAN } from '../../src/malloc/flags.ts';
import { mallocTiny, mallocgc } from '../../src/malloc/malloc.ts';
import { MCache, mcacheOf } from '../../src/malloc/mcache-record.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { forgetProfiled, recordProfiled } from '../../src/malloc/profiled.ts';
import { pAt } from '../../src/machine/p.ts';
import { setfinalizer } from '../../src/runtime/finalizer.ts';
import { GOEXIT } from '../../src/runtime/goroutine.ts';
import { collect, newObject, setSlot } from '../../src/runtime/mutator.ts';
import { MEM_PROFILE, setMemProfileKind, setMemProfileRate } from '../../src/runtime/memprofile.ts';
import { settle } from '../../src/runtime/settle.ts';
import { bootCore, fatalOf, runMain } from '../support/core-machine.ts';

function profiled(memprofileRate: number, changes: Partial<MachineShape> = {}) {
  return bootCore({ memprofileRate, ...changes });
}

function buckets(m: Mem): number[] {
  const all: number[] = [];
  for (let b = m[MPROF + MProf.at.buckets]; b !== 0; b = m[b + Bucket.at.allnext]) all.push(b);
  return all;
}

function count(m: Mem, b: number, field: keyof typeof Bucket.at): number {
  return loadWide(m, b + Bucket.at[field]);
}

/** Samples of blocks of `bytes` bytes, published or not. */
function sampled(m: Mem, bytes: number): number {
  return buckets(m)
    .filter((b) => m[b + Bucket.at.size] === bytes)
    .reduce((n, b) => n + count(m, b, 'allocs') + count(m, b, 'prevAllocs') + count(m, b, 'recentAllocs'), 0);
}

function freed(m: Mem, bytes: number): number {
  return buckets(m)
    .filter((b) => m[b + Bucket.at.size] === bytes)
    .reduce((n, b) => n + count(m, b, 'frees') + count(m, b, 'prevFrees') + count(m, b, 'recentFrees'), 0);
}

/** The kinds of the specials at the start of block `p`. */
function kindsAt(m: Mem, p: number): number[] {
  const s = spanOf(m, p);
  const kinds: number[] = [];
  for (let x = m[s + Span.at.specials]; x !== 0; x = m[x + Special.at.next]) {
    if (m[x + Special.at.offset] === (p - m[s + Span.at.start]) * 4) kinds.push(m[x + Special.at.kind]);
  }
  return kinds;
}

describe('the profiler', () => {
  it('samples nothing at rate 0, and takes no memory', () => {
    const { m, m0 } = profiled(0);
    for (let i = 0; i < 3000; i++) mallocgc(m, m0, 64, 0);
    expect(buckets(m)).toEqual([]);
    expect(loadWide(m, MSTATS + MStats.at.buckhashSys)).toBe(0);
  });

  it('samples every block at rate 1: small, tiny, large', () => {
    const { m, m0 } = profiled(1);
    for (let i = 0; i < 100; i++) mallocgc(m, m0, 48, 0);
    for (let i = 0; i < 40; i++) mallocgc(m, m0, 100_000, FLAG_NOSCAN);
    // Two fit into a block.
    for (let i = 0; i < 20; i++) mallocTiny(m, m0, 8);
    expect([sampled(m, 48), sampled(m, 13 * 8192), sampled(m, 16)]).toEqual([100, 40, 10]);
    expect(buckets(m).map((b) => [m[b + Bucket.at.nstk], m[b + Bucket.words]])).toEqual(Array(3).fill([1, PSEUDO_PC.build]));
  });

  it('samples every block of the rate or more, without effect on the sampling of the others', () => {
    const { m, m0 } = profiled(4096);
    const next = mcacheOf(pAt(m, 0)) + MCache.at.nextSample;
    const before = m[next];
    for (const size of [4096, 20_000, 1 << 20]) mallocgc(m, m0, size, 0);
    expect(m[next]).toBe(before);
    expect(buckets(m)).toHaveLength(3);
  });

  it.each([
    [16, 4096],
    [256, 4096],
    // Without the remainder of the block that was hit, these would be a fifth too few.
    [2048, 4096],
  ])('samples blocks of %i bytes as often as one sample in %i bytes makes', (size, rate) => {
    const { m, m0 } = profiled(rate, { arenaPages: 64 * 128, persistentWords: 1 << 20 });
    const n = (32 << 20) / size / (size < 100 ? 4 : 1);
    for (let i = 0; i < n; i++) mallocgc(m, m0, size, 0);
    const expected = (n * size) / rate;
    expect(Math.abs(sampled(m, size) / expected - 1)).toBeLessThan(0.04);
  });

  it('samples no block with FLAG_NOPROFILING, and the others as often as without it', () => {
    const all = profiled(1);
    for (const size of [1, 8, 15, 64, 50_000]) {
      mallocgc(all.m, all.m0, size, FLAG_NOPROFILING);
      mallocgc(all.m, all.m0, size, FLAG_NOPROFILING | FLAG_NOSCAN);
    }
    expect(buckets(all.m)).toEqual([]);
    const { m, m0 } = profiled(2048, { arenaPages: 64 * 128 });
    for (let i = 0; i < 60_000; i++) {
      mallocgc(m, m0, 128, 0);
      mallocgc(m, m0, 256, FLAG_NOPROFILING);
    }
    expect(sampled(m, 256)).toBe(0);
    expect(Math.abs(sampled(m, 128) / ((60_000 * 128) / 2048) - 1)).toBeLessThan(0.05);
  });
});

describe('a bucket', () => {
  it('belongs to one stack and size', () => {
    const { m, m0 } = profiled(1);
    const b = countMalloc(m, m0, 64, [5, 9]);
    expect(countMalloc(m, m0, 64, [5, 9])).toBe(b);
    const others = [countMalloc(m, m0, 80, [5, 9]), countMalloc(m, m0, 64, [9, 5]), countMalloc(m, m0, 64, [5]), countMalloc(m, m0, 64, [5, 9, 0])];
    expect(new Set([b, ...others]).size).toBe(5);
    expect(count(m, b, 'recentAllocs')).toBe(2);
  });

  it('is counted in buckhash_sys, with the table', () => {
    const { m, m0 } = profiled(1);
    countMalloc(m, m0, 64, [5, 9]);
    countMalloc(m, m0, 64, [5]);
    expect(loadWide(m, MSTATS + MStats.at.buckhashSys)).toBe((Math.ceil(BUCK_HASH_SIZE / 16) * 16 + 2 * Bucket.words + 3) * 4);
  });

  it('publishes mallocs one collection later, together with the frees of the sweep', () => {
    const { m, m0 } = profiled(1);
    const b = countMalloc(m, m0, 64, [1]);
    countMalloc(m, m0, 64, [1]);
    const published = () => [count(m, b, 'allocs'), count(m, b, 'frees')];
    mprofGC(m, m0);
    // A sweep frees one; since the collection one was allocated, and one freed by hand.
    mprofFree(m, m0, b, false);
    countMalloc(m, m0, 64, [1]);
    mprofFree(m, m0, b, true);
    expect(published()).toEqual([0, 0]);
    mprofGC(m, m0);
    expect(published()).toEqual([2, 1]);
    mprofGC(m, m0);
    expect(published()).toEqual([3, 2]);
    mprofGC(m, m0);
    expect(published()).toEqual([3, 2]);
  });
});

describe('a sampled block', () => {
  it('counts as freed when it is swept', () => {
    const machine = profiled(1);
    runMain(machine, (m, mp, gp) => {
      for (let i = 0; i < 500; i++) newObject(m, mp, gp, 0, 96, 0);
      newObject(m, mp, gp, 1, 40_000, 0);
      setSlot(m, gp, 1, 0);
      collect(m, mp, true);
      expect([sampled(m, 96), freed(m, 96), freed(m, 40_960)]).toEqual([500, 499, 1]);
      setSlot(m, gp, 0, 0);
      collect(m, mp, true);
      expect(freed(m, 96)).toBe(500);
    });
  });

  it('keeps its record through its finalizer, until it is freed', () => {
    const machine = profiled(1);
    let ran = 0;
    let p = 0;
    runMain(machine, function* (m, mp, gp) {
      p = newObject(m, mp, gp, 0, 112, 0);
      setfinalizer(m, mp, gp, p * 4, 1, 0);
      expect(kindsAt(m, p)).toEqual([SPECIAL_KIND.finalizer, SPECIAL_KIND.profile]);
      setSlot(m, gp, 0, 0);
      collect(m, mp, true);
      expect([kindsAt(m, p), freed(m, 112)]).toEqual([[SPECIAL_KIND.profile], 0]);
      for (let i = 0; i < 3; i++) {
        yield;
        collect(m, mp, true);
      }
      expect([ran, freed(m, 112)]).toEqual([1, 1]);
    }, [() => (ran++, GOEXIT)]);
  });

  it('is in the profile as of the last completed cycle', () => {
    const machine = profiled(1);
    runMain(machine, (m, mp, gp) => {
      for (let i = 0; i < 100; i++) newObject(m, mp, gp, 0, 144, 0);
      collect(m, mp, false);
      for (let i = 0; i < 50; i++) newObject(m, mp, gp, 0, 144, 0);
    });
    const { m } = machine;
    settle(m);
    const [b] = buckets(m).filter((one) => m[one + Bucket.at.size] === 144);
    expect([count(m, b, 'allocs'), count(m, b, 'frees'), count(m, b, 'prevAllocs')]).toEqual([100, 99, 50]);
  });

  it('is published at once by a collection that sweeps at once, else one cycle later', () => {
    // No collections but those asked for.
    const machine = bootCore({ memprofileRate: 1 }, -1);
    runMain(machine, (m, mp, gp) => {
      const published = () => {
        const [b] = buckets(m).filter((one) => m[one + Bucket.at.size] === 160);
        return [count(m, b, 'allocs'), count(m, b, 'frees')];
      };
      for (let i = 0; i < 30; i++) newObject(m, mp, gp, 0, 160, 0);
      collect(m, mp, false);
      expect(published()).toEqual([0, 0]);
      for (let i = 0; i < 20; i++) newObject(m, mp, gp, 0, 160, 0);
      collect(m, mp, false);
      expect(published()).toEqual([30, 29]);
      for (let i = 0; i < 10; i++) newObject(m, mp, gp, 0, 160, 0);
      collect(m, mp, true);
      expect(published()).toEqual([60, 59]);
    });
  });

  it.each([COLLECTOR.parallel, COLLECTOR.bitmap, COLLECTOR.refword])('is found by a special or by its address, with collector %i', (collector) => {
    const { m, m0 } = profiled(0, { collector });
    const p = mallocgc(m, m0, 64, 0);
    const other = mallocgc(m, m0, 64, 0);
    const b = countMalloc(m, m0, 64, [1]);
    recordProfiled(m, m0, p, b);
    recordProfiled(m, m0, other, b);
    expect(kindsAt(m, p)).toEqual(collector === COLLECTOR.refword ? [] : [SPECIAL_KIND.profile]);
    expect([forgetProfiled(m, m0, p), forgetProfiled(m, m0, p)]).toEqual([b, 0]);
    expect(getaddrbucket(m, m0, other << 2)).toBe(collector === COLLECTOR.refword ? b : 0);
  });
});

describe('a program', () => {
  it('sets the rate, which restarts every countdown', () => {
    const machine = profiled(0);
    runMain(machine, (m, mp, gp) => {
      newObject(m, mp, gp, 0, 64, 0);
      setMemProfileKind(m, mp, MEM_PROFILE.all);
      newObject(m, mp, gp, 0, 64, 0);
      expect(sampled(m, 64)).toBe(1);
      setMemProfileKind(m, mp, MEM_PROFILE.none);
      newObject(m, mp, gp, 0, 64, 0);
      expect(sampled(m, 64)).toBe(1);
      setMemProfileKind(m, mp, MEM_PROFILE.sample);
      const c = mcacheOf(pAt(m, 0));
      expect([m[MPROF + MProf.at.rate], m[c + MCache.at.sampleAll]]).toEqual([128 << 10, 128 << 10]);
      expect(m[c + MCache.at.nextSample]).toBeLessThan(256 << 10);
      setMemProfileRate(m, mp, 2 ** 31);
      expect(m[MPROF + MProf.at.rate]).toBe(0x3fffffff);
      expect(fatalOf(() => setMemProfileKind(m, mp, 3)).code).toBe('NO_SUCH_MEM_PROFILE_KIND');
    });
  });

  it('sets the rate while it builds its heap', () => {
    const { m, m0 } = profiled(0);
    setMemProfileRate(m, m0, 1);
    mallocgc(m, m0, 64, 0);
    expect(sampled(m, 64)).toBe(1);
  });
});
