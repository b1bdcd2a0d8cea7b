import { describe, expect, it } from 'vitest';
import { Streams } from '../../src/model/streams.ts';

const PAGE = 64;

/** Returns how many of `n` misses of each of `count` regions, one of each at a time, are prefetched. */
function prefetched(streams: Streams, count: number, n: number, step = 1): number {
  let sum = 0;
  for (let i = 0; i < n; i++) for (let region = 0; region < count; region++) if (streams.continues(0, region * 1000 * PAGE + region * PAGE + i * step)) sum++;
  return sum;
}

describe('streams', () => {
  it('are prefetched from the fifth miss on', () => {
    expect(prefetched(new Streams(1, undefined), 1, 20)).toBe(16);
    expect(prefetched(new Streams(1, undefined), 1, 20, 4)).toBe(4 * 3);
    expect(prefetched(new Streams(1, undefined), 1, 20, 5)).toBe(0);
  });

  it('end with their page unless the number of streams was measured', () => {
    expect(prefetched(new Streams(1, undefined), 1, 3 * PAGE)).toBe(3 * (PAGE - 4));
    expect(prefetched(new Streams(1, 1), 1, 3 * PAGE)).toBe(3 * PAGE - 4);
  });

  it('are no more than were measured', () => {
    expect(prefetched(new Streams(1, 8), 8, 20)).toBe(8 * 16);
    expect(prefetched(new Streams(1, 8), 9, 20)).toBe(0);
  });

  it('of each core are its own', () => {
    const streams = new Streams(2, 1);
    for (let i = 0; i < 5; i++) streams.continues(0, i);
    expect([streams.continues(1, 5), streams.continues(0, 5)]).toEqual([false, true]);
  });
});
