import { describe, expect, test } from 'vitest';
import { loadWide } from '../../src/memory/wide.ts';
import { CONFIG, Config } from '../../src/memory/config.ts';
import { Span, spanOf } from '../../src/heap/span.ts';
import { lookup } from '../../src/malloc/lookup.ts';
import { FLAG_NOSCAN, ZEROBASE, mallocgc } from '../../src/malloc/malloc.ts';
import { MCache, mcacheOf } from '../../src/malloc/mcache-record.ts';
import { ARENA_USED } from '../../src/malloc/mheap.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { newarray, newobject, rawmem } from '../../src/malloc/newobject.ts';
import { pAt } from '../../src/machine/p.ts';
import { updatememstats } from '../../src/gc/stats.ts';
import { bootCore } from '../support/core-machine.ts';

const NONE = { base: 0, size: 0 };

describe.each([{ ptrWords: 2 as const }, { ptrWords: 1 as const }])('with pointers of $ptrWords words', ({ ptrWords }) => {
  test.each([8, 16, 48, 2048, 32768, 40_000])('every word of a block of %d bytes leads to its start', (bytes) => {
    const { m, m0 } = bootCore({ ptrWords });
    mallocgc(m, m0, bytes, 0);
    const p = mallocgc(m, m0, bytes, 0);
    const size = m[spanOf(m, p) + Span.at.elemsize];
    expect(size).toBeGreaterThanOrEqual(bytes);
    for (let i = p; i < p + bytes / 4; i += ptrWords) expect(lookup(m, m0, i)).toEqual({ base: p, size });
  });

  test('what lies outside of the spans in use, or past the end of one, is no block', () => {
    const { m, m0 } = bootCore({ ptrWords });
    const s = spanOf(m, mallocgc(m, m0, 48, 0));
    const large = mallocgc(m, m0, 40_000, 0);
    const arena = m[CONFIG + Config.at.arenaStart];
    for (const p of [0, ZEROBASE, arena - 2, m[s + Span.at.limit], large + 10_000, m[ARENA_USED] - 2, m[ARENA_USED]]) {
      expect(lookup(m, m0, p)).toEqual(NONE);
    }
  });
});

test('lookups are counted', () => {
  const { m, m0 } = bootCore();
  const p = mallocgc(m, m0, 48, 0);
  for (let i = 0; i < 5; i++) lookup(m, m0, p);
  updatememstats(m, m0);
  expect(loadWide(m, MSTATS + MStats.at.nlookup)).toBe(5);
  // An MCache that counts very many reports them by itself.
  m[mcacheOf(pAt(m, 0)) + MCache.at.localNlookup] = 2 ** 30 - 1;
  lookup(m, m0, 0);
  expect(loadWide(m, MSTATS + MStats.at.nlookup)).toBe(5 + 2 ** 30);
});

describe('new and make', () => {
  test('give blocks of the type\'s size, to be scanned or not', () => {
    const { m, m0 } = bootCore();
    expect(m[spanOf(m, newobject(m, m0, 40, false)) + Span.at.elemsize]).toBe(48);
    expect(m[spanOf(m, newarray(m, m0, 24, 100, true)) + Span.at.elemsize]).toBe(2560);
    const dirty = mallocgc(m, m0, 64, FLAG_NOSCAN);
    m.fill(7, dirty, dirty + 16);
    expect(rawmem(m, m0, 64)).not.toBe(dirty);
  });

  test('nothing is where all of nothing is', () => {
    const { m, m0 } = bootCore();
    const nothing = [newobject(m, m0, 0, false), newarray(m, m0, 8, 0, false), newarray(m, m0, 0, 1e15, true), rawmem(m, m0, 0)];
    expect(new Set(nothing)).toEqual(new Set([ZEROBASE]));
  });

  test.each([
    { ptrWords: 2 as const, size: 8, n: -1 },
    { ptrWords: 2 as const, size: 8, n: 2 ** 34 },
    { ptrWords: 2 as const, size: 2 ** 20, n: 2 ** 60 },
    { ptrWords: 1 as const, size: 8, n: 2 ** 29 },
    { ptrWords: 1 as const, size: 1, n: NaN },
  ])('$n elements of $size bytes are out of range with pointers of $ptrWords words', ({ ptrWords, size, n }) => {
    const { m, m0 } = bootCore({ ptrWords });
    expect(() => newarray(m, m0, size, n, true)).toThrow('runtime: allocation size out of range');
  });
});
