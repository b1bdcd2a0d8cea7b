/** Sweeping: which blocks it frees, and that each span is swept once a generation. */
import { describe, expect, it } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import { loadWide } from '../../src/memory/wide.ts';
import { xorshift32 } from '../../src/base/random.ts';
import { BIT_SCAN, bitsShift, bitsWord } from '../../src/heap/bitmap.ts';
import { classToBlocks, classToPages, classToSize, sizeToClass } from '../../src/heap/size-classes.ts';
import { SPAN_STATE, Span, spanAt, spanOf } from '../../src/heap/span.ts';
import { M } from '../../src/machine/m.ts';
import { mallocgc } from '../../src/malloc/malloc.ts';
import { MCache } from '../../src/malloc/mcache-record.ts';
import { SWEEPGEN, XSWEEPDONE, nspan } from '../../src/malloc/mheap.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { setGoal } from '../../src/malloc/pacing.ts';
import { NEEDS_ZEROING, NOTHING_TO_SWEEP, claimSweep, ensureSwept, publishSwept, sweepSpan, sweepone } from '../../src/malloc/sweep.ts';
import { setUpSweep } from '../../src/runtime/gc.ts';
import { bootCore, fatalOf, freeBlocks } from '../support/core-machine.ts';
import { brokenInvariants, central, fullSpans, isMarked, locked, mallocs, mark, startGeneration } from '../support/heap-steps.ts';

const { xsweepgen: XSWEEPGEN, nalloc: NALLOC, incache: INCACHE, state: STATE } = Span.at;
const SMALL_FREES = MCache.at.localNsmallfree;

/** Sweeps everything; returns what each sweepone did. */
function sweepAll(m: Mem, mp: number): number[] {
  const pages: number[] = [];
  for (let n = sweepone(m, mp); n !== NOTHING_TO_SWEEP; n = sweepone(m, mp)) pages.push(n);
  return pages;
}

function generations(m: Mem): number[] {
  return Array.from({ length: nspan(m) }, (_, i) => spanAt(m, i)).filter((s) => m[s + STATE] === SPAN_STATE.inUse).map((s) => m[s + XSWEEPGEN] - m[SWEEPGEN]);
}

describe('claimSweep', () => {
  it('succeeds once in each generation, and only for an unswept span', () => {
    const { m, m0 } = bootCore();
    const s = spanOf(m, mallocgc(m, m0, 64, 0));
    expect(claimSweep(m, s, m[SWEEPGEN])).toBe(false);
    for (let cycle = 0; cycle < 3; cycle++) {
      startGeneration(m);
      mark(m, m[s + Span.at.start]);
      expect([m[s + XSWEEPGEN] - m[SWEEPGEN], claimSweep(m, s, m[SWEEPGEN])]).toEqual([-2, true]);
      expect([m[s + XSWEEPGEN] - m[SWEEPGEN], claimSweep(m, s, m[SWEEPGEN])]).toEqual([-1, false]);
      locked(m, m0, () => sweepSpan(m, m0, s));
      expect([m[s + XSWEEPGEN] - m[SWEEPGEN], claimSweep(m, s, m[SWEEPGEN])]).toEqual([0, false]);
    }
  });

  it('works across the wrap of sweepgen', () => {
    const { m, m0 } = bootCore();
    const s = spanOf(m, mallocgc(m, m0, 64, 0));
    startGeneration(m);
    m[SWEEPGEN] = 0x7ffffffe | 0;
    m[s + XSWEEPGEN] = m[SWEEPGEN];
    setUpSweep(m);
    expect(m[SWEEPGEN]).toBe(-0x80000000);
    expect(claimSweep(m, s, m[SWEEPGEN])).toBe(true);
    mark(m, m[s + Span.at.start]);
    locked(m, m0, () => sweepSpan(m, m0, s));
    expect(m[s + XSWEEPGEN]).toBe(-0x80000000);
  });
});

describe('sweepone', () => {
  it('sweeps every span in use once, then says that sweeping is done', () => {
    const { m, m0 } = bootCore();
    const blocks = [16, 64, 1024, 40_000].flatMap((size) => mallocs(m, m0, size, 20));
    startGeneration(m);
    blocks.forEach((p) => mark(m, p));
    const inUse = generations(m);
    expect(inUse.every((generation) => generation === -2)).toBe(true);
    expect(sweepAll(m, m0)).toEqual(inUse.map(() => 0));
    expect(generations(m)).toEqual(inUse.map(() => 0));
    expect([m[XSWEEPDONE], m[m0 + M.at.locks], sweepone(m, m0)]).toEqual([1, 0, NOTHING_TO_SWEEP]);
    expect(blocks.filter((p) => isMarked(m, p) || freeBlocks(m, spanOf(m, p)).includes(p))).toEqual([]);
  });

  it('skips spans that are claimed or swept, and those made since the mark', () => {
    const { m, m0 } = bootCore();
    const [a, b] = [64, 1024].map((size) => spanOf(m, mallocgc(m, m0, size, 0)));
    startGeneration(m);
    mark(m, m[b + Span.at.start]);
    expect(claimSweep(m, a, m[SWEEPGEN])).toBe(true);
    const fresh = spanOf(m, mallocgc(m, m0, 40_000, 0));
    sweepAll(m, m0);
    expect([a, b, fresh].map((s) => m[s + XSWEEPGEN] - m[SWEEPGEN])).toEqual([-1, 0, 0]);
  });

  it('returns the pages of a span that it gives back to the heap, small or large', () => {
    const { m, m0 } = bootCore();
    const garbage = [mallocgc(m, m0, 2048, 0), mallocgc(m, m0, 100_000, 0)].map((p) => spanOf(m, p));
    const pages = garbage.map((s) => m[s + Span.at.npages]);
    const inuse = loadWide(m, MSTATS + MStats.at.heapInuse);
    startGeneration(m);
    expect(sweepAll(m, m0)).toEqual(pages);
    expect(pages).toEqual([classToPages[sizeToClass(2048)], 13]);
    expect(loadWide(m, MSTATS + MStats.at.heapInuse)).toBe(inuse - (pages[0] + pages[1]) * 8192);
    expect(generations(m)).toEqual([]);
  });

  it('refuses a cached span', () => {
    const { m, m0 } = bootCore();
    const s = spanOf(m, mallocgc(m, m0, 64, 0));
    startGeneration(m);
    m[s + INCACHE] = 1;
    expect(fatalOf(() => sweepone(m, m0)).code).toBe('SWEEP_OF_CACHED_SPAN');
  });
});

describe('sweepSpan', () => {
  it.each([8, 16, 48, 1024, 1152, 32_768])('frees the unmarked blocks of %d bytes and no other, links them by address, clears the marks', (size) => {
    const { m, m0 } = bootCore();
    const [blocks] = fullSpans(m, m0, size, 1);
    const s = spanOf(m, blocks[0]);
    startGeneration(m);
    let x = size;
    const kept = new Set(blocks.filter((_, i) => i === blocks.length - 1 || (x = xorshift32(x)) % 2 === 0));
    kept.forEach((p) => mark(m, p));
    expect(claimSweep(m, s, m[SWEEPGEN])).toBe(true);
    expect(locked(m, m0, () => sweepSpan(m, m0, s))).toBe(false);
    const freed = blocks.filter((p) => !kept.has(p));
    expect(freeBlocks(m, s)).toEqual(freed);
    expect(blocks.filter((p) => isMarked(m, p))).toEqual([]);
    // A free block has nothing to scan, and says that its memory is dirty.
    expect(blocks.filter((p) => ((m[bitsWord(m, p)] >>> bitsShift(m, p)) & BIT_SCAN) !== 0)).toEqual([...kept]);
    if (size > 16) expect(freed.every((p) => m[p + 2] === NEEDS_ZEROING)).toBe(true);
    expect(brokenInvariants(m)).toEqual([]);
  });

  it('leaves the blocks free that were, and counts only those that it frees', () => {
    const { m, m0 } = bootCore();
    const size = 1024;
    const blocks = mallocs(m, m0, size, 5);
    const s = spanOf(m, blocks[0]);
    startGeneration(m);
    mark(m, blocks[1]);
    const free = freeBlocks(m, s);
    setGoal(m, m[MSTATS + MStats.at.heapAllocQ] + 1000);
    const live = m[MSTATS + MStats.at.xliveQ];
    const goal = m[MSTATS + MStats.at.xnextGcQ];
    sweepAll(m, m0);
    expect(freeBlocks(m, s).toSorted()).toEqual([...free, ...blocks.filter((_, i) => i !== 1)].toSorted());
    expect([m[s + NALLOC], central(m, size).nfree]).toEqual([1, classToBlocks[sizeToClass(size)] - 1]);
    expect(m[m[m0 + M.at.mcache] + SMALL_FREES + sizeToClass(size)]).toBe(4);
    expect([live - m[MSTATS + MStats.at.xliveQ], goal - m[MSTATS + MStats.at.xnextGcQ]]).toEqual([(4 * size) / 8, (2 * 4 * size) / 8]);
  });

  it('keeps a marked large object, with its mark cleared, and frees an unmarked one', () => {
    const { m, m0 } = bootCore();
    const [kept, dropped] = mallocs(m, m0, 40_000, 2);
    startGeneration(m);
    mark(m, kept);
    sweepAll(m, m0);
    expect([isMarked(m, kept), m[spanOf(m, kept) + NALLOC], m[spanOf(m, kept) + XSWEEPGEN]]).toEqual([false, 1, m[SWEEPGEN]]);
    expect([m[spanOf(m, dropped) + STATE], m[bitsWord(m, dropped)]]).toEqual([SPAN_STATE.free, 0]);
    const c = m[m0 + M.at.mcache];
    expect([m[c + MCache.at.localNlargefree], loadWide(m, c + MCache.at.localLargefree)]).toEqual([1, 5 * 8192]);
  });

  it('returns a span to the heap as dirty if nothing in it is marked', () => {
    const { m, m0 } = bootCore();
    const blocks = mallocs(m, m0, 64, 10);
    const s = spanOf(m, blocks[0]);
    startGeneration(m);
    expect(claimSweep(m, s, m[SWEEPGEN])).toBe(true);
    expect(locked(m, m0, () => sweepSpan(m, m0, s))).toBe(true);
    expect([m[s + STATE], m[s + Span.at.needzero], central(m, 64)]).toEqual([SPAN_STATE.free, 1, { nonempty: [], empty: [], nfree: 0 }]);
    expect(m[m[m0 + M.at.mcache] + SMALL_FREES + sizeToClass(64)]).toBe(10);
  });

  it('refuses a span that the caller has not claimed, and a caller without m.locks', () => {
    const { m, m0 } = bootCore();
    const s = spanOf(m, mallocgc(m, m0, 64, 0));
    startGeneration(m);
    expect(fatalOf(() => sweepSpan(m, m0, s)).code).toBe('SWEEP_UNLOCKED');
    expect(fatalOf(() => locked(m, m0, () => sweepSpan(m, m0, s))).code).toBe('SWEEP_OF_BAD_SPAN');
  });

  it.each([...classToSize.keys()].slice(1).filter((c) => c % 6 === 1))('sweeps class %d again and again without losing a block', (c) => {
    const { m, m0 } = bootCore();
    const [blocks] = fullSpans(m, m0, classToSize[c], 1);
    const s = spanOf(m, blocks[0]);
    for (let cycle = 0; cycle < 4; cycle++) {
      startGeneration(m);
      const kept = blocks.filter((p, i) => i % (cycle + 2) === 0 && !freeBlocks(m, s).includes(p));
      kept.forEach((p) => mark(m, p));
      if (kept.length === 0) return;
      sweepAll(m, m0);
      expect(freeBlocks(m, s).toSorted()).toEqual(blocks.filter((p) => !kept.includes(p)).toSorted());
      expect(brokenInvariants(m)).toEqual([]);
    }
  });
});

describe('ensureSwept', () => {
  it('sweeps an unswept span, and does nothing to a swept one', () => {
    const { m, m0 } = bootCore();
    const [kept, dropped] = mallocs(m, m0, 1024, 2);
    const s = spanOf(m, kept);
    startGeneration(m);
    mark(m, kept);
    for (let i = 0; i < 2; i++) {
      locked(m, m0, () => ensureSwept(m, m0, s));
      expect([m[s + XSWEEPGEN], m[s + NALLOC], freeBlocks(m, s).includes(dropped)]).toEqual([m[SWEEPGEN], 1, true]);
    }
  });

  it('refuses a caller that a collection could stop', () => {
    const { m, m0 } = bootCore();
    const s = spanOf(m, mallocgc(m, m0, 64, 0));
    expect(fatalOf(() => ensureSwept(m, m0, s)).code).toBe('ENSURE_SWEPT_UNLOCKED');
  });
});

describe('publishSwept', () => {
  it('refuses a span that another M has swept', () => {
    const { m, m0 } = bootCore();
    const s = spanOf(m, mallocgc(m, m0, 64, 0));
    expect(fatalOf(() => publishSwept(m, s)).code).toBe('SPAN_SWEPT_BY_TWO');
  });
});
