/** The MCache: which spans it holds, and what becomes of them and of its counts. */
import { describe, expect, it } from 'vitest';
import { loadWide } from '../../src/memory/wide.ts';
import { M, mAt } from '../../src/machine/m.ts';
import { pAt } from '../../src/machine/p.ts';
import { NUM_SIZE_CLASSES, classToBlocks, sizeToClass } from '../../src/heap/size-classes.ts';
import { Span, emptySpan, spanOf } from '../../src/heap/span.ts';
import { FLAG_NOSCAN } from '../../src/malloc/flags.ts';
import { free } from '../../src/malloc/free.ts';
import { mallocTiny, mallocgc } from '../../src/malloc/malloc.ts';
import { MCache, allocSlot, mcacheOf } from '../../src/malloc/mcache-record.ts';
import { dropTiny, purgeCachedStats, refill, releaseAll, releaseFreed } from '../../src/malloc/mcache.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { bootCore, fatalOf, freeBlocks } from '../support/core-machine.ts';
import { brokenInvariants, central, fullSpans, mallocs } from '../support/heap-steps.ts';

const SIZE = 1024;
const CLASS = sizeToClass(SIZE);
const N = classToBlocks[CLASS];
const { incache: INCACHE, nalloc: NALLOC } = Span.at;

/** A machine of two Ps, and the MCache of the first. */
function boot() {
  const machine = bootCore({ procs: 2 });
  return { ...machine, m1: mAt(machine.m, 1), c: mcacheOf(pAt(machine.m, 0)) };
}

describe('a new MCache', () => {
  it('holds the empty span in every class', () => {
    const { m, c } = boot();
    expect(Array.from({ length: NUM_SIZE_CLASSES }, (_, i) => m[allocSlot(c, i)])).toEqual(Array.from({ length: NUM_SIZE_CLASSES }, () => emptySpan(m)));
    expect(m[emptySpan(m) + Span.at.freelist]).toBe(0);
  });
});

describe('malloc', () => {
  it('takes the blocks of the cached span one after the other, then those of the next', () => {
    const { m, m0, c } = boot();
    const blocks = mallocs(m, m0, SIZE, 2 * N);
    const spans = blocks.map((p) => spanOf(m, p));
    expect(spans).toEqual([...Array.from({ length: N }, () => spans[0]), ...Array.from({ length: N }, () => spans[N])]);
    expect(blocks.slice(0, N)).toEqual(blocks.slice(0, N).toSorted((a, b) => a - b));
    expect([m[allocSlot(c, CLASS)], m[spans[0] + INCACHE], m[spans[N] + INCACHE]]).toEqual([spans[N], 0, 1]);
  });

  it('gives two Ps blocks of different spans', () => {
    const { m, m0, m1 } = boot();
    expect(spanOf(m, mallocgc(m, m0, SIZE, 0))).not.toBe(spanOf(m, mallocgc(m, m1, SIZE, 0)));
  });
});

describe('refill', () => {
  it('refuses to replace a span with free blocks', () => {
    const { m, m0, c } = boot();
    mallocgc(m, m0, SIZE, 0);
    expect(fatalOf(() => refill(m, m0, c, CLASS)).code).toBe('REFILL_OF_NONEMPTY_SPAN');
  });

  it('gives the used-up span back and caches the new one', () => {
    const { m, m0, c } = boot();
    const old = spanOf(m, fullSpans(m, m0, SIZE, 1)[0][0]);
    const s = refill(m, m0, c, CLASS);
    expect([m[allocSlot(c, CLASS)], m[s + INCACHE], m[old + INCACHE], m[m0 + M.at.locks]]).toEqual([s, 1, 0, 0]);
    expect(central(m, SIZE)).toEqual({ nonempty: [], empty: [old, s], nfree: 0 });
  });

  it('leaves the empty span in the slot if the arena is full', () => {
    const machine = bootCore({ arenaPages: 8 });
    const { m, m0 } = machine;
    const c = mcacheOf(pAt(m, 0));
    fullSpans(m, m0, SIZE, 8);
    expect([refill(m, m0, c, CLASS), m[allocSlot(c, CLASS)], m[m0 + M.at.locks]]).toEqual([0, emptySpan(m), 0]);
  });
});

describe('releaseAll', () => {
  it('returns the span of every class, with its free blocks', () => {
    const { m, m0, c } = boot();
    const sizes = [16, 48, SIZE, 32_768];
    const spans = sizes.map((size) => spanOf(m, mallocgc(m, m0, size, 0)));
    releaseAll(m, m0, c);
    expect(sizes.map((size) => m[allocSlot(c, sizeToClass(size))])).toEqual(sizes.map(() => emptySpan(m)));
    expect(spans.map((s) => m[s + INCACHE])).toEqual([0, 0, 0, 0]);
    // A span of one block is used up.
    expect(sizes.map((size) => central(m, size).nfree)).toEqual(sizes.map((size) => classToBlocks[sizeToClass(size)] - 1));
    expect(brokenInvariants(m)).toEqual([]);
    // The next malloc gets the same span again.
    expect(spanOf(m, mallocgc(m, m0, SIZE, 0))).toBe(spans[2]);
  });
});

describe('releaseFreed', () => {
  it('returns only the spans of which blocks were freed, and an unused one to the heap', () => {
    const { m, m0, m1, c } = boot();
    const kept = spanOf(m, mallocgc(m, m0, 48, 0));
    const [p, q] = mallocs(m, m0, SIZE, 2);
    const only = mallocgc(m, m0, 2048, 0);
    free(m, m1, p);
    free(m, m0, only);
    releaseFreed(m, m0, c);
    expect([m[allocSlot(c, sizeToClass(48))], m[allocSlot(c, CLASS)], m[allocSlot(c, sizeToClass(2048))]]).toEqual([kept, emptySpan(m), emptySpan(m)]);
    expect([freeBlocks(m, spanOf(m, q)).includes(p), m[spanOf(m, q) + NALLOC]]).toEqual([true, 1]);
    expect(central(m, 2048)).toEqual({ nonempty: [], empty: [], nfree: 0 });
    expect(brokenInvariants(m)).toEqual([]);
  });
});

describe('dropTiny', () => {
  it('makes the next tiny object begin a block of its own', () => {
    const { m, m0, c } = boot();
    const [a, b] = [mallocTiny(m, m0, 4), mallocTiny(m, m0, 4)];
    expect(b - a).toBe(4);
    dropTiny(m, c);
    expect(mallocTiny(m, m0, 4) >>> 4).not.toBe(a >>> 4);
  });
});

describe('purgeCachedStats', () => {
  it('adds every count to MStats once, and clears it', () => {
    const { m, m0, c } = boot();
    const blocks = mallocs(m, m0, SIZE, 3);
    mallocTiny(m, m0, 4);
    mallocTiny(m, m0, 4);
    free(m, m0, blocks[0]);
    free(m, m0, mallocgc(m, m0, 40_000, FLAG_NOSCAN));
    const counts = () => {
      const wide = (at: number) => loadWide(m, MSTATS + at);
      const { tinyallocs, nlookup, nlargefree, largefree, nsmallfree, heapAllocQ } = MStats.at;
      return [m[MSTATS + heapAllocQ] * 8, wide(tinyallocs), wide(nlookup), wide(nlargefree), wide(largefree), wide(nsmallfree + 2 * CLASS)];
    };
    // The blocks that live: two of SIZE, and one for tiny objects. Each free looks its block up.
    for (let i = 0; i < 2; i++) {
      purgeCachedStats(m, m0, c);
      expect(counts()).toEqual([2 * SIZE + 16, 1, 2, 1, 5 * 8192, 1]);
    }
    expect([m[c + MCache.at.localCacheallocQ], m[c + MCache.at.localNlookup], m[c + MCache.at.localNsmallfree + CLASS]]).toEqual([0, 0, 0]);
  });
});
