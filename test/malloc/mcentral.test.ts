/** The mcentral: which span a refill gets, and where spans and blocks go that come back. */
import { describe, expect, it } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import type { Ref } from '../../src/memory/address.ts';
import { loadWide } from '../../src/memory/wide.ts';
import { xorshift32 } from '../../src/base/random.ts';
import { mAt, type MRef } from '../../src/machine/m.ts';
import { pAt } from '../../src/machine/p.ts';
import { BIT_ALLOCATED, bitsShift, bitsWord } from '../../src/heap/bitmap.ts';
import { classToBlocks, sizeToClass } from '../../src/heap/size-classes.ts';
import { SPAN_STATE, Span, emptySpan, spanOf, type SpanRef } from '../../src/heap/span.ts';
import { free } from '../../src/malloc/free.ts';
import { mallocgc } from '../../src/malloc/malloc.ts';
import { allocSlot, mcacheOf } from '../../src/malloc/mcache-record.ts';
import { cacheSpan, freeSpan, freeWholeSpan, mcentralAt, uncacheFreedSpan, uncacheSpan } from '../../src/malloc/mcentral.ts';
import { SWEEPGEN, XSWEEPDONE, nspan } from '../../src/malloc/mheap.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { NOTHING_TO_SWEEP, claimSweep, sweepone } from '../../src/malloc/sweep.ts';
import { bootCore, fatalOf, freeBlocks } from '../support/core-machine.ts';
import { brokenInvariants, central, fullSpans, locked, mark, startGeneration } from '../support/heap-steps.ts';

const { nalloc: NALLOC, incache: INCACHE, xsweepgen: XSWEEPGEN, state: STATE, freelist: FREELIST, freebuf: FREEBUF } = Span.at;
const SIZE = 1024;
const CLASS = sizeToClass(SIZE);
const N = classToBlocks[CLASS];

/** Calls cacheSpan for SIZE, as a refill of a cache without a span does. */
function take(m: Mem, mp: MRef): SpanRef {
  return locked(m, mp, () => cacheSpan(m, mp, CLASS, emptySpan(m)));
}

/** A machine with full spans of SIZE, of which the blocks `keep` says are marked, in a new sweep generation. */
function unswept(keep: readonly ((i: number) => boolean)[], procs = 1) {
  const machine = bootCore({ procs });
  const { m, m0 } = machine;
  const blocks = fullSpans(m, m0, SIZE, keep.length);
  startGeneration(m);
  blocks.forEach((span, k) => span.filter((_, i) => keep[k](i)).forEach((p) => mark(m, p)));
  return { ...machine, blocks, spans: blocks.map(([p]) => spanOf(m, p)) };
}

const all = () => true;
const butFirst = (i: number) => i > 0;

describe('cacheSpan', () => {
  it('carves a fresh span: linked by address, each start in the bitmap, cached, on empty', () => {
    const { m, m0 } = bootCore();
    const s = take(m, m0);
    const starts = Array.from({ length: N }, (_, i) => m[s + Span.at.start] + (i * SIZE) / 4);
    expect(freeBlocks(m, s)).toEqual(starts);
    expect(starts.every((p) => ((m[bitsWord(m, p)] >>> bitsShift(m, p)) & BIT_ALLOCATED) !== 0)).toBe(true);
    expect([m[s + INCACHE], m[s + NALLOC], m[s + XSWEEPGEN]]).toEqual([1, 0, m[SWEEPGEN]]);
    expect(central(m, SIZE)).toEqual({ nonempty: [], empty: [s], nfree: 0 });
  });

  it('sweeps a full span and takes it, if that frees a block, before it carves one', () => {
    const { m, m0, spans: [a], blocks: [[first]] } = unswept([butFirst]);
    const records = nspan(m);
    expect(take(m, m0)).toBe(a);
    expect([freeBlocks(m, a), m[a + XSWEEPGEN], m[a + INCACHE], nspan(m)]).toEqual([[first], m[SWEEPGEN], 1, records]);
    expect(brokenInvariants(m)).toEqual([]);
  });

  it('keeps looking while the swept spans have no free block, and leaves them swept at the end of empty', () => {
    const { m, m0, spans: [a, b, c] } = unswept([all, all, butFirst]);
    // The oldest is at the end of `empty`, where the caches have put it.
    expect(central(m, SIZE).empty).toEqual([a, b, c]);
    expect(take(m, m0)).toBe(c);
    expect([a, b].map((s) => m[s + XSWEEPGEN])).toEqual([m[SWEEPGEN], m[SWEEPGEN]]);
    expect(central(m, SIZE).empty).toEqual([a, b, c]);
    expect(brokenInvariants(m)).toEqual([]);
  });

  it('stops at the first swept span of empty', () => {
    const { m, m0, spans: [a, b] } = unswept([all, butFirst]);
    m[a + XSWEEPGEN] = m[SWEEPGEN];
    // No reclaim either, which would sweep it.
    m[XSWEEPDONE] = 1;
    const s = take(m, m0);
    expect([a, b].includes(s)).toBe(false);
    expect(m[b + XSWEEPGEN]).toBe(m[SWEEPGEN] - 2);
  });

  it('skips a span that another M is sweeping, on either list', () => {
    const { m, m0, spans: [a, b, c] } = unswept([butFirst, butFirst, butFirst]);
    expect(take(m, m0)).toBe(a);
    locked(m, m0, () => uncacheSpan(m, m0, a));
    // `a` is on nonempty, swept; now unswept again and claimed by another M, as `b` on empty.
    m[a + XSWEEPGEN] = m[SWEEPGEN] - 1;
    m[b + XSWEEPGEN] = m[SWEEPGEN] - 1;
    expect(take(m, m0)).toBe(c);
    expect([a, b].map((s) => [m[s + XSWEEPGEN], m[s + INCACHE]])).toEqual([[m[SWEEPGEN] - 1, 0], [m[SWEEPGEN] - 1, 0]]);
  });

  it('carves a fresh span if the sweeps have returned all others to the heap', () => {
    const { m, m0, spans: [a] } = unswept([butFirst]);
    expect(take(m, m0)).toBe(a);
    locked(m, m0, () => uncacheSpan(m, m0, a));
    expect(central(m, SIZE).nonempty).toEqual([a]);
    startGeneration(m);
    const s = take(m, m0);
    expect([freeBlocks(m, s).length, central(m, SIZE)]).toEqual([N, { nonempty: [], empty: [s], nfree: 0 }]);
    expect(loadWide(m, MSTATS + MStats.at.heapInuse)).toBe(8192);
  });

  it('counts the blocks of the span it takes as no longer free', () => {
    const { m, m0, spans: [a] } = unswept([(i) => i < 3]);
    expect(take(m, m0)).toBe(a);
    expect([central(m, SIZE).nfree, freeBlocks(m, a).length]).toEqual([0, N - 3]);
    locked(m, m0, () => uncacheSpan(m, m0, a));
    expect(central(m, SIZE)).toEqual({ nonempty: [a], empty: [], nfree: N - 3 });
    expect(take(m, m0)).toBe(a);
    expect(central(m, SIZE).nfree).toBe(0);
  });

  it('gives two Ps two spans', () => {
    const { m, m0, spans } = unswept([butFirst, butFirst], 2);
    expect([take(m, m0), take(m, mAt(m, 1))].toSorted()).toEqual(spans.toSorted());
  });

  it('takes the used-up span back with the blocks that other Ps have freed of it', () => {
    const { m, m0 } = bootCore({ procs: 2 });
    const [blocks] = fullSpans(m, m0, SIZE, 1);
    const s = spanOf(m, blocks[0]);
    free(m, mAt(m, 1), blocks[2]);
    free(m, mAt(m, 1), blocks[5]);
    expect([m[s + FREELIST], m[s + NALLOC], m[s + FREEBUF] !== 0]).toEqual([0, N, true]);
    const next = locked(m, m0, () => cacheSpan(m, m0, CLASS, s));
    // It has free blocks again, so the refill gets the same span.
    expect([next, m[s + FREEBUF], m[s + NALLOC], freeBlocks(m, s).toSorted()]).toEqual([s, 0, N - 2, [blocks[2], blocks[5]]]);
  });

  it('returns 0 when the arena is full', () => {
    const { m, m0 } = bootCore({ arenaPages: 128 });
    while (take(m, m0) !== 0);
    expect(central(m, SIZE).empty.length).toBe(128);
    expect(take(m, m0)).toBe(0);
  });
});

describe('uncacheSpan', () => {
  it('puts a span with free blocks on nonempty and counts them', () => {
    const { m, m0 } = bootCore();
    const p = mallocgc(m, m0, SIZE, 0);
    const s = spanOf(m, p);
    uncacheSpan(m, m0, s);
    expect(central(m, SIZE)).toEqual({ nonempty: [s], empty: [], nfree: N - 1 });
    expect(m[s + INCACHE]).toBe(0);
  });

  it('leaves a used-up span on empty', () => {
    const { m, m0 } = bootCore();
    const s = spanOf(m, fullSpans(m, m0, SIZE, 1)[0][0]);
    uncacheSpan(m, m0, s);
    expect(central(m, SIZE)).toEqual({ nonempty: [], empty: [s], nfree: 0 });
    expect(m[s + INCACHE]).toBe(0);
  });

  it('refuses a span without a block in use, and one with blocks on its freebuf', () => {
    const { m, m0 } = bootCore({ procs: 2 });
    expect(fatalOf(() => uncacheSpan(m, m0, take(m, m0))).code).toBe('UNCACHING_UNUSED_SPAN');
    const other = bootCore({ procs: 2 });
    const [blocks] = fullSpans(other.m, other.m0, SIZE, 1);
    free(other.m, mAt(other.m, 1), blocks[0]);
    expect(fatalOf(() => uncacheSpan(other.m, other.m0, spanOf(other.m, blocks[0]))).code).toBe('UNCACHING_UNUSED_SPAN');
  });
});

describe('uncacheFreedSpan', () => {
  it('returns a span whose blocks were all freed to the heap', () => {
    const { m, m0 } = bootCore({ procs: 2 });
    const [blocks] = fullSpans(m, m0, SIZE, 1);
    const s = spanOf(m, blocks[0]);
    blocks.forEach((p, i) => free(m, mAt(m, i % 2), p));
    const inuse = loadWide(m, MSTATS + MStats.at.heapInuse);
    uncacheFreedSpan(m, m0, s);
    m[allocSlot(mcacheOf(pAt(m, 0)), CLASS)] = emptySpan(m);
    expect(loadWide(m, MSTATS + MStats.at.heapInuse)).toBe(inuse - 8192);
    expect(central(m, SIZE)).toEqual({ nonempty: [], empty: [], nfree: 0 });
    expect(blocks.map((p) => m[bitsWord(m, p)])).toEqual(blocks.map(() => 0));
  });

  it('keeps a span with a block in use, and takes over its freebuf', () => {
    const { m, m0 } = bootCore({ procs: 2 });
    const [blocks] = fullSpans(m, m0, SIZE, 1);
    const s = spanOf(m, blocks[0]);
    free(m, mAt(m, 1), blocks[4]);
    uncacheFreedSpan(m, m0, s);
    expect(central(m, SIZE)).toEqual({ nonempty: [s], empty: [], nfree: 1 });
    expect(freeBlocks(m, s)).toEqual([blocks[4]]);
  });
});

describe('freeSpan', () => {
  /** A full span, claimed for sweeping, and two of its blocks linked. */
  function claimed() {
    const { m, m0, spans: [s], blocks: [blocks] } = unswept([all]);
    expect(claimSweep(m, s, m[SWEEPGEN])).toBe(true);
    m[blocks[1]] = blocks[3];
    return { m, m0, s, first: blocks[1], last: blocks[3] };
  }

  it('links the blocks, moves the span to nonempty and publishes it as swept', () => {
    const { m, m0, s, first, last } = claimed();
    expect(freeSpan(m, m0, s, 2, first, last)).toBe(false);
    expect([freeBlocks(m, s), m[s + NALLOC], m[s + XSWEEPGEN]]).toEqual([[first, last], N - 2, m[SWEEPGEN]]);
    expect(central(m, SIZE)).toEqual({ nonempty: [s], empty: [], nfree: 2 });
  });

  it('refuses a cached span', () => {
    const { m, m0, s, first, last } = claimed();
    m[s + INCACHE] = 1;
    expect(fatalOf(() => freeSpan(m, m0, s, 2, first, last)).code).toBe('FREESPAN_OF_CACHED_SPAN');
    expect(fatalOf(() => freeWholeSpan(m, m0, s)).code).toBe('FREESPAN_OF_CACHED_SPAN');
  });
});

describe('freeWholeSpan', () => {
  it('returns the span to the heap, and its free blocks no longer count', () => {
    const { m, m0 } = bootCore();
    const s = spanOf(m, mallocgc(m, m0, SIZE, 0));
    startGeneration(m);
    expect(central(m, SIZE).nfree).toBe(N - 1);
    expect(claimSweep(m, s, m[SWEEPGEN])).toBe(true);
    freeWholeSpan(m, m0, s);
    expect(central(m, SIZE)).toEqual({ nonempty: [], empty: [], nfree: 0 });
    expect(m[mcentralAt(CLASS)]).toBe(0);
    expect(m[s + STATE]).not.toBe(SPAN_STATE.inUse);
  });
});

describe('the mcentrals', () => {
  it.each([1, 2, 3])('keep their invariants under any mixture of malloc, free and sweeps (seed %i)', (seed) => {
    const { m, m0 } = bootCore({ procs: 2 });
    const ms = [m0, mAt(m, 1)];
    let x = seed * 0x9e3779b9;
    const live: Ref[] = [];
    const draw = (n: number) => {
      x = xorshift32(x);
      return (x >>> 8) % n;
    };
    for (let round = 0; round < 12; round++) {
      for (let i = 0; i < 60; i++) {
        const mp = ms[draw(2)];
        if (live.length > 20 && draw(3) === 0) free(m, mp, live.splice(draw(live.length), 1)[0]);
        else live.push(mallocgc(m, mp, [48, SIZE, 4096][draw(3)], 0));
      }
      startGeneration(m);
      expect(brokenInvariants(m)).toEqual([]);
      while (live.length > 30) live.splice(draw(live.length), 1);
      live.forEach((p) => mark(m, p));
      for (let i = draw(6); i > 0; i--) sweepone(m, m0);
      for (let i = 0; i < 10; i++) live.push(mallocgc(m, ms[draw(2)], SIZE, 0));
      while (sweepone(m, m0) !== NOTHING_TO_SWEEP);
      expect(new Set(live).size).toBe(live.length);
      expect(live.filter((p) => freeBlocks(m, spanOf(m, p)).includes(p))).toEqual([]);
    }
  });
});
