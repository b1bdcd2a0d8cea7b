import { expect, test } from 'vitest';
import { EXIT } from '../../src/base/fatal.ts';
import { persistentalloc } from '../../src/malloc/persistent.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { loadWide } from '../../src/memory/wide.ts';
import { bootCore, fatalOf } from '../support/core-machine.ts';

test('pieces are aligned, zero, apart, and accounted for with their padding', () => {
  const { m, m0, map } = bootCore();
  const region = map.regions.find(({ name }) => name === 'persistent')!;
  let end = region.start;
  for (const [words, align] of [[1, 1], [3, 4], [5, 16], [1, 2], [100, 64]]) {
    const ref = persistentalloc(m, m0, words, align);
    expect([ref % align, ref >= end]).toEqual([0, true]);
    expect(m.subarray(ref, ref + words).every((word) => word === 0)).toBe(true);
    m.fill(-1, ref, ref + words);
    end = ref + words;
  }
  expect(loadWide(m, MSTATS + MStats.at.otherSys)).toBe((end - region.start) * 4);
});

test('a full region is told by OUT_OF_MEMORY, and stays usable for less', () => {
  const { m, m0, map } = bootCore({ persistentWords: 64 });
  const region = map.regions.find(({ name }) => name === 'persistent')!;
  const error = fatalOf(() => persistentalloc(m, m0, 65, 1));
  expect([error.code, error.exitCode]).toEqual(['OUT_OF_MEMORY', EXIT.memory]);
  expect(persistentalloc(m, m0, 64, 1)).toBe(region.start);
});

test.each([[0, 1], [-1, 1], [1, 0], [1, 3]])('%i words aligned to %i are refused', (words, align) => {
  const { m, m0 } = bootCore();
  expect(fatalOf(() => persistentalloc(m, m0, words, align)).code).toBe('PERSISTENTALLOC_ARGS');
});
