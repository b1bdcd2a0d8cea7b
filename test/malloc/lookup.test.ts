import { describe, expect, it } from 'vitest';
import { loadWide } from '../../src/memory/wide.ts';
import { CONFIG, Config } from '../../src/memory/config.ts';
import { isScan } from '../../src/heap/bitmap.ts';
import { array, int, struct, uint8, unsafePointer } from '../../src/heap/type-decl.ts';
import { typeTable } from '../../src/heap/type-table.ts';
import { typeAt } from '../../src/heap/type.ts';
import { Span, spanOf } from '../../src/heap/span.ts';
import { lookup } from '../../src/malloc/lookup.ts';
import { FLAG_NOSCAN } from '../../src/malloc/flags.ts';
import { ZEROBASE, mallocgc } from '../../src/malloc/malloc.ts';
import { MCache, mcacheOf } from '../../src/malloc/mcache-record.ts';
import { ARENA_USED } from '../../src/malloc/mheap.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { newarray, newobject, rawmem } from '../../src/malloc/newobject.ts';
import { pAt } from '../../src/machine/p.ts';
import { updatememstats } from '../../src/gc/stats.ts';
import { bootCore } from '../support/core-machine.ts';

const NONE = { base: 0, size: 0 };

describe.each([{ ptrWords: 2 as const }, { ptrWords: 1 as const }])('lookup, with pointers of $ptrWords words', ({ ptrWords }) => {
  it.each([8, 16, 48, 2048, 32768, 40_000])('finds the start of a block of %d bytes from each of its words', (bytes) => {
    const { m, m0 } = bootCore({ ptrWords });
    mallocgc(m, m0, bytes, 0);
    const p = mallocgc(m, m0, bytes, 0);
    const size = m[spanOf(m, p) + Span.at.elemsize];
    expect(size).toBeGreaterThanOrEqual(bytes);
    const wrong: number[] = [];
    for (let i = p; i < p + bytes / 4; i += ptrWords) {
      const found = lookup(m, m0, i);
      if (found.base !== p || found.size !== size) wrong.push(i - p);
    }
    expect(wrong).toEqual([]);
  });

  it('finds no block outside the spans in use and past the end of one', () => {
    const { m, m0 } = bootCore({ ptrWords });
    const s = spanOf(m, mallocgc(m, m0, 48, 0));
    const large = mallocgc(m, m0, 40_000, 0);
    const arena = m[CONFIG + Config.at.arenaStart];
    for (const p of [0, ZEROBASE, arena - 2, m[s + Span.at.limit], large + 10_000, m[ARENA_USED] - 2, m[ARENA_USED]]) {
      expect(lookup(m, m0, p)).toEqual(NONE);
    }
  });
});

describe('mlookup', () => {
  it('counts lookups', () => {
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
});

/** Types: 40 bytes with a pointer, 24 without, none at all, 1 MB. */
const TYPES = typeTable(
  struct('t40', { p: unsafePointer, n: array(int, 4) }), array(uint8, 24), struct('empty', {}), array(uint8, 2 ** 20), array(uint8, 8), uint8,
);
const T = { t40: 0, t24: 1, empty: 2, huge: 3, t8: 4, byte: 5 } as const;

describe('typed allocation', () => {
  it('returns blocks of the type\'s size, with a scan bit if it has pointers', () => {
    const { m, m0 } = bootCore({}, 100, TYPES);
    const value = newobject(m, m0, typeAt(m, T.t40));
    expect(m[spanOf(m, value) + Span.at.elemsize]).toBe(48);
    expect(isScan(m, value)).toBe(true);
    const row = newarray(m, m0, typeAt(m, T.t24), 100);
    expect(m[spanOf(m, row) + Span.at.elemsize]).toBe(2560);
    expect(isScan(m, row)).toBe(false);
    const dirty = mallocgc(m, m0, 64, FLAG_NOSCAN);
    m.fill(7, dirty, dirty + 16);
    expect(rawmem(m, m0, 64)).not.toBe(dirty);
  });

  it('returns the one address of 0 bytes for values of no size', () => {
    const { m, m0 } = bootCore({}, 100, TYPES);
    const empty = typeAt(m, T.empty);
    const nothing = [newobject(m, m0, empty), newarray(m, m0, typeAt(m, T.t8), 0), newarray(m, m0, empty, 1e15), rawmem(m, m0, 0)];
    expect(new Set(nothing)).toEqual(new Set([ZEROBASE]));
  });

  it.each([
    { ptrWords: 2 as const, type: T.t8, n: -1 },
    { ptrWords: 2 as const, type: T.t8, n: 2 ** 34 },
    { ptrWords: 2 as const, type: T.huge, n: 2 ** 60 },
    { ptrWords: 1 as const, type: T.t8, n: 2 ** 29 },
    { ptrWords: 1 as const, type: T.byte, n: NaN },
  ])('refuses $n elements of type $type with pointers of $ptrWords words', ({ ptrWords, type, n }) => {
    const { m, m0 } = bootCore({ ptrWords }, 100, TYPES);
    expect(() => newarray(m, m0, typeAt(m, type), n)).toThrow('runtime: allocation size out of range');
  });
});
