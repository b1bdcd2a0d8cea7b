import { describe, expect, it } from 'vitest';
import { FixAlloc, fixallocAlloc, fixallocFree, fixallocInit } from '../../src/malloc/fixalloc.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { loadWide } from '../../src/memory/wide.ts';
import { bootCore } from '../support/core-machine.ts';

const STAT = MSTATS + MStats.at.buckhashSys;

function fixed(records: number): { m: Int32Array; m0: number; f: number; chunk: number } {
  const { m, m0, map } = bootCore({ arenaPages: 128 });
  const f = map.regions.find(({ name }) => name === 'arena')!.start;
  const chunk = f + 64;
  fixallocInit(m, f, 8, STAT, chunk, chunk + records * 8 + 3);
  return { m, m0, f, chunk };
}

describe('FixAlloc', () => {
  it('carves records one behind the other until the chunk is used up', () => {
    const { m, m0, f, chunk } = fixed(3);
    expect(Array.from({ length: 5 }, () => fixallocAlloc(m, m0, f))).toEqual([chunk, chunk + 8, chunk + 16, 0, 0]);
    expect([m[f + FixAlloc.at.inuse], m[f + FixAlloc.at.carved]]).toEqual([3, 3]);
  });

  it('reuses freed records, the last freed first, before it carves new ones', () => {
    const { m, m0, f, chunk } = fixed(4);
    const [a, b] = [fixallocAlloc(m, m0, f), fixallocAlloc(m, m0, f)];
    fixallocFree(m, f, a);
    fixallocFree(m, f, b);
    expect(Array.from({ length: 3 }, () => fixallocAlloc(m, m0, f))).toEqual([b, a, chunk + 16]);
    expect([m[f + FixAlloc.at.inuse], m[f + FixAlloc.at.carved]]).toEqual([3, 3]);
  });

  it('takes chunks of 16 KB of persistent memory if it has no region, and counts them', () => {
    const { m, m0, map } = bootCore({ arenaPages: 128 });
    const f = map.regions.find(({ name }) => name === 'arena')!.start;
    fixallocInit(m, f, 8, STAT, 0, 0);
    const records = Array.from({ length: 1000 }, () => fixallocAlloc(m, m0, f));
    expect(new Set(records).size).toBe(1000);
    const region = map.regions.find(({ name }) => name === 'persistent')!;
    for (const record of records) expect(record >= region.start && record + 8 <= region.start + region.words).toBe(true);
    expect(loadWide(m, STAT)).toBe(2 * (16 << 10));
  });

  it('maps a region of its own in chunks of 16 KB, up to its end', () => {
    const { m, m0, f } = fixed(600);
    for (const [made, kilobytes] of [[1, 16], [511, 16], [1, 32 * 600 / 1024 + 12 / 1024]]) {
      for (let i = 0; i < made; i++) expect(fixallocAlloc(m, m0, f)).not.toBe(0);
      expect(loadWide(m, STAT)).toBe(kilobytes * 1024);
    }
  });
});
