/** Blocks that are freed explicitly, by their owner's P and by others. */
import { describe, expect, it } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import type { Ref } from '../../src/memory/address.ts';
import { loadWide } from '../../src/memory/wide.ts';
import { mAt } from '../../src/machine/m.ts';
import { pAt } from '../../src/machine/p.ts';
import { BIT_ALLOCATED, BIT_SCAN, bitsShift, bitsWord } from '../../src/heap/bitmap.ts';
import { sizeToClass } from '../../src/heap/size-classes.ts';
import { SPAN_STATE, Span, spanOf } from '../../src/heap/span.ts';
import { free } from '../../src/malloc/free.ts';
import { FLAG_NOSCAN, FLAG_NOZERO } from '../../src/malloc/flags.ts';
import { mallocgc } from '../../src/malloc/malloc.ts';
import { MCache, mcacheOf } from '../../src/malloc/mcache-record.ts';
import { MCentral, mcentralAt } from '../../src/malloc/mcentral.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { clearpools } from '../../src/gc/roots.ts';
import { updatememstats } from '../../src/gc/stats.ts';
import { collect, getSlot, newObject, setSlot } from '../../src/runtime/mutator.ts';
import { setfinalizer } from '../../src/runtime/finalizer.ts';
import { GOEXIT, slotAt } from '../../src/runtime/goroutine.ts';
import { bootCore, fatalOf, freeBlocks, runCore } from '../support/core-machine.ts';

const SIZES = [16, 32, 48, 1024, 2048, 32768];

function bitsOf(m: Mem, p: Ref): number {
  return (m[bitsWord(m, p)] >>> bitsShift(m, p)) & (BIT_ALLOCATED | BIT_SCAN);
}

function fill(m: Mem, p: Ref, bytes: number): void {
  m.fill(-1, p, p + bytes / 4);
}

function isZero(m: Mem, p: Ref, bytes: number): boolean {
  return m.subarray(p, p + bytes / 4).every((word) => word === 0);
}

function smallFrees(m: Mem, bytes: number): number {
  return loadWide(m, MSTATS + MStats.at.nsmallfree + 2 * sizeToClass(bytes));
}

describe.each([{ ptrWords: 2 as const }, { ptrWords: 1 as const }])('free, with pointers of $ptrWords words', ({ ptrWords }) => {
  it.each(SIZES)('makes a block of %d bytes the next to be allocated, cleared, and no longer counts it', (bytes) => {
    const { m, m0 } = bootCore({ ptrWords });
    mallocgc(m, m0, bytes, 0);
    const p = mallocgc(m, m0, bytes, 0);
    fill(m, p, bytes);
    free(m, m0, p);
    expect(bitsOf(m, p)).toBe(BIT_ALLOCATED);
    updatememstats(m, m0);
    expect(m[MSTATS + MStats.at.heapAllocQ] * 8).toBe(bytes);
    expect(smallFrees(m, bytes)).toBe(1);
    const q = mallocgc(m, m0, bytes, FLAG_NOSCAN);
    expect([q, isZero(m, q, bytes), bitsOf(m, q)]).toEqual([p, true, BIT_ALLOCATED]);
  });

  it('changes two words of a block, as the next malloc with FLAG_NOZERO shows', () => {
    const { m, m0 } = bootCore({ ptrWords });
    const p = mallocgc(m, m0, 256, FLAG_NOSCAN);
    mallocgc(m, m0, 256, FLAG_NOSCAN);
    fill(m, p, 256);
    free(m, m0, p);
    const q = mallocgc(m, m0, 256, FLAG_NOSCAN | FLAG_NOZERO);
    expect(q).toBe(p);
    expect(m.subarray(q + 2 * ptrWords, q + 64).every((word) => word === -1)).toBe(true);
    expect(m[q + ptrWords]).not.toBe(0);
    // Its second word still says so: the next malloc clears it.
    free(m, m0, q);
    expect(isZero(m, mallocgc(m, m0, 256, FLAG_NOSCAN), 256)).toBe(true);
  });

  it('returns a large block to the heap at once', () => {
    const { m, m0 } = bootCore({ ptrWords });
    const p = mallocgc(m, m0, 100_000, 0);
    const s = spanOf(m, p);
    fill(m, p, 100_000);
    const inuse = loadWide(m, MSTATS + MStats.at.heapInuse);
    free(m, m0, p);
    expect(m[s + Span.at.state]).not.toBe(SPAN_STATE.inUse);
    expect(loadWide(m, MSTATS + MStats.at.heapInuse)).toBe(inuse - 13 * 8192);
    expect(bitsOf(m, p)).toBe(0);
    updatememstats(m, m0);
    expect(m[MSTATS + MStats.at.heapAllocQ]).toBe(0);
    expect(loadWide(m, MSTATS + MStats.at.nlargefree)).toBe(1);
    expect(loadWide(m, MSTATS + MStats.at.largefree)).toBe(13 * 8192);
    expect(isZero(m, mallocgc(m, m0, 100_000, 0), 100_000)).toBe(true);
  });
});

describe('free', () => {
  it('leaves a block of a span that another P caches on freebuf until that P returns the span', () => {
    const { m, m0 } = bootCore({ procs: 2 });
    const owner = mAt(m, 1);
    // Four to a span.
    const blocks = [0, 1, 2, 3].map(() => mallocgc(m, owner, 2048, 0));
    const s = spanOf(m, blocks[0]);
    for (const p of blocks.slice(0, 2)) {
      fill(m, p, 2048);
      free(m, m0, p);
    }
    expect(freeBlocks(m, s)).toEqual([]);
    expect([m[s + Span.at.freebuf], m[s + Span.at.nalloc]]).toEqual([blocks[1], 4]);
    // The owner needs a span: its own has two blocks now.
    const again = [mallocgc(m, owner, 2048, FLAG_NOSCAN), mallocgc(m, owner, 2048, 0)];
    expect(again.toSorted()).toEqual(blocks.slice(0, 2).toSorted());
    expect(again.every((p) => isZero(m, p, 2048))).toBe(true);
    expect(again.map((p) => bitsOf(m, p))).toEqual([BIT_ALLOCATED, BIT_ALLOCATED | BIT_SCAN]);
    updatememstats(m, m0);
    expect(m[MSTATS + MStats.at.heapAllocQ] * 8).toBe(4 * 2048);
  });

  it('makes an uncached full span available again', () => {
    const { m, m0 } = bootCore();
    const blocks = [0, 1, 2, 3, 4].map(() => mallocgc(m, m0, 2048, 0));
    const c = mcentralAt(sizeToClass(2048));
    expect(spanOf(m, blocks[4])).not.toBe(spanOf(m, blocks[0]));
    free(m, m0, blocks[2]);
    expect(m[c + MCentral.at.nonempty]).toBe(spanOf(m, blocks[0]));
    expect(m[c + MCentral.at.nfree]).toBe(1);
    updatememstats(m, m0);
    expect(m[c + MCentral.at.nfree]).toBe(1 + 3);
  });

  it('returns an uncached span to the heap with its last block', () => {
    const { m, m0 } = bootCore();
    const blocks = [0, 1, 2, 3, 4].map(() => mallocgc(m, m0, 2048, 0));
    const s = spanOf(m, blocks[0]);
    for (const p of blocks.slice(0, 4)) free(m, m0, p);
    expect(m[s + Span.at.state]).not.toBe(SPAN_STATE.inUse);
    expect(m[mcentralAt(sizeToClass(2048)) + MCentral.at.nfree]).toBe(0);
  });

  it('lets a cached span without blocks go back before the next mark, by whichever P they were freed', () => {
    const { m, m0 } = bootCore({ procs: 2 });
    const mine = mallocgc(m, m0, 2048, 0);
    const others = mallocgc(m, mAt(m, 1), 1024, 0);
    free(m, m0, mine);
    free(m, m0, others);
    clearpools(m, m0);
    for (const i of [0, 1]) {
      const c = mcacheOf(pAt(m, i)) + MCache.at.alloc;
      expect([m[c + sizeToClass(2048)], m[c + sizeToClass(1024)]]).toEqual([m[c], m[c]]);
    }
    expect(loadWide(m, MSTATS + MStats.at.heapInuse)).toBe(0);
  });

  it('frees a block of an unswept span once', () => {
    runCore({}, -1, (m, mp, gp) => {
      const p = newObject(m, mp, gp, 0, 2048, 0);
      const q = newObject(m, mp, gp, 1, 2048, 0);
      setSlot(m, gp, 1, 0);
      collect(m, mp, false);
      free(m, mp, getSlot(m, gp, 0));
      setSlot(m, gp, 0, 0);
      updatememstats(m, mp);
      expect(m[MSTATS + MStats.at.heapAllocQ]).toBe(0);
      expect(smallFrees(m, 2048)).toBe(2);
      expect([p, q]).toHaveLength(2);
    });
  });

  it.each([
    { what: 'the inside of a block', code: 'FREE_OF_NO_BLOCK', at: (small: Ref) => small + 2 },
    { what: 'the inside of a large block', code: 'FREE_OF_NO_BLOCK', at: (_: Ref, large: Ref) => large + 2048 },
    { what: 'memory outside of the arena', code: 'FREE_OF_NO_BLOCK', at: () => 8 },
    { what: 'a free page', code: 'FREE_OF_NO_BLOCK', at: (small: Ref) => small + 100 * 2048 },
    { what: 'a block that may be shared', code: 'FREE_OF_TOO_SMALL_BLOCK', at: (_: Ref, __: Ref, eight: Ref) => eight },
  ])('refuses $what', ({ code, at }) => {
    const { m, m0 } = bootCore();
    const p = at(mallocgc(m, m0, 64, 0), mallocgc(m, m0, 100_000, 0), mallocgc(m, m0, 8, 0));
    expect(fatalOf(() => free(m, m0, p)).code).toBe(code);
  });

  it('does nothing for 0', () => {
    const { m, m0 } = bootCore();
    const before = m.slice();
    free(m, m0, 0);
    expect(m.every((word, i) => word === before[i])).toBe(true);
  });

  it('refuses an object with a finalizer', () => {
    runCore({}, -1, (m, mp, gp) => {
      const p = newObject(m, mp, gp, 0, 64, 0);
      newObject(m, mp, gp, 1, 64, 0);
      setfinalizer(m, mp, gp, m[slotAt(m, gp, 1)], 1, 0);
      // Its neighbour's finalizer is no hindrance.
      free(m, mp, p);
      expect(fatalOf(() => free(m, mp, getSlot(m, gp, 1))).code).toBe('FREE_OF_FINALIZED_BLOCK');
    }, [() => GOEXIT]);
  });
});
