/** Samples are bounded, and evenly spaced however long a run becomes. */
import { describe, expect, it } from 'vitest';
import { HeapSamples, type HeapSample } from '../../src/run/heap-samples.ts';

function sampleAt(atNs: number): HeapSample {
  return { atNs, allocated: atNs, live: null, goal: null, inUse: 0, arena: 0 };
}

describe('samples of the heap', () => {
  it('are at most as many as asked for, and cover the run from its start', () => {
    const samples = new HeapSamples(64);
    for (let atNs = 0; atNs < 100e9; atNs += 1e6) if (samples.isDue(atNs)) samples.add(sampleAt(atNs));
    const times = samples.all.map(({ atNs }) => atNs);
    expect(times.length).toBeGreaterThan(32);
    expect(times.length).toBeLessThanOrEqual(64);
    expect(times[0]).toBe(0);
    expect(times.at(-1)).toBeGreaterThan(100e9 - 2 * samples.intervalNs);
    const gaps = times.slice(1).map((at, i) => at - times[i]);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2 * Math.min(...gaps));
  });
});
