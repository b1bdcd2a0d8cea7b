import { describe, expect, it } from 'vitest';
import { Streams } from '../../src/model/streams.ts';

const PAGE = 64;

/** Returns how many of `n` misses of each of `count` regions, one of each at a time, are prefetched. */
function prefetched(streams: Streams, count: number, n: number, step = 1): number {
  let sum = 0;
  for (let i = 0; i < n; i++) for (let region = 0; region < count; region++) if (streams.prefetchedNs(0, region * 1000 * PAGE + region * PAGE + i * step) >= 0) sum++;
  return sum;
}

describe('streams', () => {
  it('are prefetched from the fifth miss on', () => {
    expect(prefetched(new Streams(1, 4), 1, 20)).toBe(16);
    expect(prefetched(new Streams(1, 4), 1, 20, 4)).toBe(4 * 3);
    expect(prefetched(new Streams(1, 4), 1, 20, 5)).toBe(0);
  });

  it('end with their page unless the number of streams was measured', () => {
    expect(prefetched(new Streams(1, 4), 1, 3 * PAGE)).toBe(3 * (PAGE - 4));
    expect(prefetched(new Streams(1, [{ count: 1, ns: 2 }]), 1, 3 * PAGE)).toBe(3 * PAGE - 4);
  });

  it('are no more than were measured', () => {
    expect(prefetched(new Streams(1, [{ count: 8, ns: 2 }]), 8, 20)).toBe(8 * 16);
    expect(prefetched(new Streams(1, [{ count: 8, ns: 2 }]), 9, 20)).toBe(0);
  });

  it('of each core are its own', () => {
    const streams = new Streams(2, [{ count: 1, ns: 2 }]);
    for (let i = 0; i < 5; i++) streams.prefetchedNs(0, i);
    expect([streams.prefetchedNs(1, 5), streams.prefetchedNs(0, 5)]).toEqual([-1, 2]);
  });

  it('bring their lines later the more of them there are', () => {
    const last = (count: number) => {
      const streams = new Streams(1, [{ count: 2, ns: 1 }, { count: 4, ns: 10 }]);
      prefetched(streams, count, 20);
      return streams.prefetchedNs(0, 20);
    };
    expect([1, 2, 3, 4, 5].map(last)).toEqual([1, 1, 10, 10, -1]);
  });

  it('that were not measured cost the same, whatever their number', () => {
    const streams = new Streams(1, 4);
    expect(prefetched(streams, 100, 20)).toBe(100 * 16);
    expect(streams.prefetchedNs(0, 20)).toBe(4);
  });
});
