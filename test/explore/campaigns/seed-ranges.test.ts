/** Ranges of seeds that were run, against a set of seeds. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeedRanges } from '../../../src/explore/campaigns/seed-ranges.ts';
import { SEEDS } from '../../../src/explore/session.ts';

/** Ranges around the last seed, which 0 follows. */
const range = fc.record({ station: fc.constantFrom('a', 'b'), first: fc.integer({ min: -40, max: 40 }), count: fc.integer({ min: 0, max: 12 }) });

describe('ranges of seeds', () => {
  it('take each seed of a station once, and return how many they already had', () => {
    fc.assert(fc.property(fc.array(range, { maxLength: 40 }), (all) => {
      const ranges = new SeedRanges();
      const model = new Set<string>();
      for (const { station, first, count } of all) {
        const seeds = Array.from({ length: count }, (_, i) => `${station} ${(first + i + SEEDS) % SEEDS}`);
        const there = seeds.filter((seed) => model.has(seed)).length;
        expect(ranges.add(station, (first + SEEDS) % SEEDS, count)).toBe(there);
        if (there === 0) for (const seed of seeds) model.add(seed);
      }
    }));
  });
});
