import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/base/fatal.ts';
import { persistentalloc } from '../../src/malloc/persistent.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { loadWide } from '../../src/memory/wide.ts';
import { bootCore, fatalOf } from '../support/core-machine.ts';

const OTHER = MSTATS + MStats.at.otherSys;
const BUCKHASH = MSTATS + MStats.at.buckhashSys;

describe('persistentalloc', () => {
  it('returns aligned, zeroed, disjoint pieces', () => {
    const { m, m0, map } = bootCore();
    const region = map.regions.find(({ name }) => name === 'persistent')!;
    let end = region.start;
    for (const [words, align] of [[1, 1], [3, 4], [5, 16], [1, 2], [100, 16]]) {
      const ref = persistentalloc(m, m0, words, align, OTHER);
      expect([ref % align, ref >= end]).toEqual([0, true]);
      expect(m.subarray(ref, ref + words).every((word) => word === 0)).toBe(true);
      m.fill(-1, ref, ref + words);
      end = ref + words;
    }
  });
});

describe('the statistics of persistentalloc', () => {
  it('count a chunk of 256 KB for many pieces, and move each to its own statistic', () => {
    const { m, m0 } = bootCore();
    const chunk = 256 << 10;
    persistentalloc(m, m0, 100, 1, OTHER);
    expect([loadWide(m, OTHER), loadWide(m, BUCKHASH)]).toEqual([chunk, 0]);
    persistentalloc(m, m0, 50, 1, BUCKHASH);
    expect([loadWide(m, OTHER), loadWide(m, BUCKHASH)]).toEqual([chunk - 200, 200]);
  });

  it('count a piece of 64 KB or more by itself, and the next chunk when one is used up', () => {
    const { m, m0 } = bootCore();
    const large = persistentalloc(m, m0, 16384, 1, BUCKHASH);
    expect([loadWide(m, OTHER), loadWide(m, BUCKHASH)]).toEqual([0, 65536]);
    const pieces = Array.from({ length: 5 }, () => persistentalloc(m, m0, 16000, 1, OTHER));
    expect(loadWide(m, OTHER)).toBe(2 * (256 << 10));
    expect(pieces[0]).toBeGreaterThanOrEqual(large + 16384);
    // The rest of a chunk is not used.
    expect(pieces[4] - pieces[3]).toBe(65536 - 3 * 16000);
  });
});

describe('persistentalloc', () => {
  it('reports a full region as OUT_OF_MEMORY, and still allocates smaller pieces', () => {
    const { m, m0, map } = bootCore({ persistentWords: 64 });
    const region = map.regions.find(({ name }) => name === 'persistent')!;
    const error = fatalOf(() => persistentalloc(m, m0, 65, 1, OTHER));
    expect([error.code, error.exitCode]).toEqual(['OUT_OF_MEMORY', EXIT.memory]);
    expect(persistentalloc(m, m0, 64, 1, OTHER)).toBe(region.start);
    // So is one without room for a chunk.
    expect(fatalOf(() => persistentalloc(m, m0, 1, 1, OTHER)).code).toBe('OUT_OF_MEMORY');
  });

  it.each([[0, 1], [-1, 1], [1, 0], [1, 3], [1, 32]])('refuses %i words aligned to %i', (words, align) => {
    const { m, m0 } = bootCore();
    expect(fatalOf(() => persistentalloc(m, m0, words, align, OTHER)).code).toBe('PERSISTENTALLOC_ARGS');
  });
});
