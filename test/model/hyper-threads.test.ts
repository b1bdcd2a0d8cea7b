import { describe, expect, it } from 'vitest';
import { HyperThreads } from '../../src/model/hyper-threads.ts';
import { placeThreads } from '../../src/model/placement.ts';

const ONE_CORE = { cores: 1, topology: { sockets: 1, threadsPerCore: 2 } };

/** Lets each thread of one core compute `computing` ns of every 10 alternately for a while. Returns the times of the last computations. */
function settle(computing: readonly number[]): number[] {
  const core = new HyperThreads(placeThreads(ONE_CORE, computing.length));
  const now = computing.map(() => 0);
  let last: number[] = [];
  for (let round = 0; round < 500; round++) {
    last = computing.map((ns, thread) => core.compute(thread, ns, now[thread]));
    for (const [thread, ns] of computing.entries()) now[thread] += last[thread] + 10 - ns;
  }
  return last;
}

describe('hyper-threads', () => {
  it('compute half as fast when both compute all the time', () => {
    const [one, other] = settle([10, 10]);
    expect(one).toBeCloseTo(20, 0);
    expect(other).toBeCloseTo(20, 0);
  });

  it('compute undisturbed beside a thread that stalls all the time', () => {
    expect(settle([10, 0])[0]).toBeCloseTo(10, 0);
  });

  it('slow each other down by the part of the time in which they compute', () => {
    const [one] = settle([5, 5]);
    // Each has the core busy for x of 5 + x, and takes x = 5 * (1 + x / (5 + x)).
    expect(one).toBeGreaterThan(6.5);
    expect(one).toBeLessThan(8.5);
  });

  it('compute undisturbed beside a thread at rest', () => {
    const core = new HyperThreads(placeThreads(ONE_CORE, 2));
    core.work(1);
    for (let i = 0; i < 50; i++) core.compute(1, 10, 10 * i);
    expect(core.compute(0, 10, 500)).toBeGreaterThan(19);
    core.rest(1);
    expect(core.compute(0, 10, 520)).toBe(10);
  });

  it('are counted while they work', () => {
    const core = new HyperThreads(placeThreads(ONE_CORE, 2));
    expect([core.work(0), core.work(0), core.work(1), core.work(0)]).toEqual([1, 1, 2, 2]);
    core.rest(1);
    core.rest(1);
    expect(core.work(0)).toBe(1);
  });
});
