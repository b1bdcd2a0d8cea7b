import { describe, expect, it } from 'vitest';
import { LOCATION_BYTES } from '../../../src/litmus/program.ts';
import { BATCH, BATCH_BYTES, Draws, drawLayout, drawPlaces } from '../../../src/litmus/real/layout.ts';

describe('a layout', () => {
  it('gives each location of each instance bytes of its own', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const draws = new Draws(seed);
      const { offsets } = drawLayout(draws, 2, true);
      const place = new Int32Array(BATCH);
      drawPlaces(draws, place);
      const starts = [...place].flatMap((at) => [...offsets].map((offset) => at + offset));
      expect(new Set(starts).size).toBe(starts.length);
      expect(starts.filter((start) => start % LOCATION_BYTES !== 0 || start < 0 || start + LOCATION_BYTES > BATCH_BYTES)).toEqual([]);
    }
  });

  it('is the same in all threads, and varies', () => {
    expect(drawLayout(new Draws(5), 3, true)).toEqual(drawLayout(new Draws(5), 3, true));
    const draws = new Draws(5);
    const layouts = Array.from({ length: 100 }, () => drawLayout(draws, 2, true));
    expect(new Set(layouts.map(({ stretch }) => stretch)).size).toBeGreaterThan(3);
    expect(new Set(layouts.map(({ warms }) => warms)).size).toBe(2);
  });

  it('has one stretch where threads have no core each', () => {
    const draws = new Draws(1);
    for (let i = 0; i < 50; i++) expect(drawLayout(draws, 4, false).stretch).toBe(BATCH);
  });

  it('has places in every order', () => {
    const place = new Int32Array(BATCH);
    drawPlaces(new Draws(1), place);
    const first = [...place];
    drawPlaces(new Draws(2), place);
    expect([...place]).not.toEqual(first);
    expect([...place].toSorted((a, b) => a - b)).toEqual(first.toSorted((a, b) => a - b));
  });
});
