/** A series keeps bounded memory, its ends, and an even part of what lies between. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Series } from '../../../src/explore/campaigns/series.ts';

function seriesOf(samples: number, most: number): { at: number }[] {
  const series = new Series<{ at: number }>(most);
  for (let at = 0; at < samples; at++) series.add({ at });
  return series.samples();
}

describe('a series', () => {
  it('of few samples keeps them all', () => {
    expect(seriesOf(7, 8).map(({ at }) => at)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(seriesOf(0, 8)).toEqual([]);
    expect(seriesOf(1, 8)).toEqual([{ at: 0 }]);
  });

  it('of any number keeps the first, the last, at most two more than its bound, and at least half of it', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 2, max: 64 }), (samples, most) => {
      const kept = seriesOf(samples, most).map(({ at }) => at);
      expect(kept[0]).toBe(0);
      expect(kept.at(-1)).toBe(samples - 1);
      expect(kept.length).toBeLessThanOrEqual(most + 2);
      expect(kept.length).toBeGreaterThanOrEqual(Math.min(samples, most / 2));
      expect(kept).toEqual([...new Set(kept)].toSorted((a, b) => a - b));
    }));
  });

  it('keeps samples at equal distances, apart from its ends', () => {
    const inner = seriesOf(1000, 16).map(({ at }) => at).slice(1, -1);
    const gaps = new Set(inner.slice(1).map((at, i) => at - inner[i]));
    expect(gaps.size).toBe(1);
  });
});
