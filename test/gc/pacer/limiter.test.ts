import { describe, expect, it } from 'vitest';
import { BUCKET_NS, filled, isFull } from '../../../src/gc/pacer/limiter.ts';

describe('the bucket of the limiter', () => {
  it.each([
    // As much for the collector as for the program: it stays.
    [100, 50, 100, 100],
    [100, 80, 100, 160],
    [100, 10, 100, 20],
    [100, 0, 1000, 0],
    [4 * BUCKET_NS, 1000, 1000, 4 * BUCKET_NS],
  ])('holds, from %i, after %i of %i ns: %i', (before, gc, total, after) => {
    expect(filled(before, gc, total, 2)).toBe(after);
  });

  it('is full after a second of nothing but collection, and no sooner', () => {
    expect(isFull(filled(0, 2 * BUCKET_NS - 1, 2 * BUCKET_NS - 1, 2), 2)).toBe(false);
    expect(isFull(filled(0, 2 * BUCKET_NS, 2 * BUCKET_NS, 2), 2)).toBe(true);
  });

  it('keeps the collector at half of the time, in the long run', () => {
    let [bucket, gc, total] = [0, 0, 0];
    for (let i = 0; i < 10_000; i++) {
      // The collector takes nine tenths of the time as long as it may, and a quarter otherwise.
      const takes = (isFull(bucket, 1) ? 0.25 : 0.9) * 1e7;
      bucket = filled(bucket, takes, 1e7, 1);
      gc += takes;
      total += 1e7;
    }
    expect(gc / total).toBeLessThan(0.52);
  });
});
