/** The lines equal Go's for the same figures. */
import { describe, expect, it } from 'vitest';
import { ConcurrentTrace } from '../../src/report/gctrace-concurrent.ts';
import { cycleOf } from '../cli/fakes.ts';

const MB = 2 ** 20;

/** A collection that begins 512 ms after the start: 0.018 ms stopped, 1.3 ms of concurrent mark, 0.1 ms stopped. */
const cycle = cycleOf({
  numgc: 3, nproc: 2, firstEndNs: 612_018_000, firstPauseNs: 18_000, endNs: 613_418_000, pauseNs: 100_999,
  heapStart: 4.9 * MB, heap1: 5.5 * MB, goal: 6 * MB, assistNs: 120_000, dedicatedNs: 300_000, fractionalNs: 22_000, idleMarkNs: 9_999_999,
});

describe('the trace of a concurrent collector', () => {
  it("is Go 1.8's line, printed when the next collection says what was found", () => {
    const trace = new ConcurrentTrace('1.8', 4, 100_000_000);
    expect(trace.add(cycle)).toEqual([]);
    expect(trace.add(cycleOf({ numgc: 4, liveBefore: 3.99 * MB }))).toEqual([
      'gc 3 @0.512s 0%: 0.018+1.2+0.10 ms clock, 0.036+0.12/0.32/9.9+0.20 ms cpu, 4->5->3 MB, 6 MB goal, 4 P',
    ]);
  });

  it("has Go 1.5's scan and installation of the barrier, which take no time here", () => {
    const trace = new ConcurrentTrace('1.5', 4, 100_000_000);
    trace.add(cycle);
    expect(trace.end(() => 2 * MB)).toEqual([
      'gc 3 @0.512s 0%: 0.018+0+0+1.2+0.10 ms clock, 0.036+0+0+0.12/0.32/9.9+0.20 ms cpu, 4->5->2 MB, 6 MB goal, 4 P',
    ]);
    expect(trace.end(() => 0)).toEqual([]);
  });

  it('says that a collection was forced, whose mark is in one stopped world', () => {
    const trace = new ConcurrentTrace('1.8', 1, 0);
    trace.add(cycleOf({ nproc: 1, endNs: 20e6, pauseNs: 20e6, stopNs: 1e6, sweepNs: 2e6 }));
    expect(trace.end(() => 0)[0]).toBe('gc 1 @0.000s 100%: 3.0+0+17 ms clock, 3.0+0/0/0+17 ms cpu, 0->0->0 MB, 0 MB goal, 1 P (forced)');
  });

  it('counts all collections so far in the share of time, without idle workers', () => {
    const trace = new ConcurrentTrace('1.8', 2, 0);
    const each = { nproc: 1, firstPauseNs: 1e6, pauseNs: 1e6, dedicatedNs: 8e6, idleMarkNs: 50e6 };
    trace.add(cycleOf({ ...each, firstEndNs: 11e6, endNs: 20e6 }));
    expect(trace.add(cycleOf({ ...each, firstEndNs: 41e6, endNs: 50e6 }))[0]).toContain('s 25%: ');
    expect(trace.end(() => null)[0]).toMatch(/s 20%: .* 0->0->\? MB/);
  });

  it('keeps lines about what follows in their order', () => {
    const trace = new ConcurrentTrace('1.8', 1, 0);
    expect(trace.follow('first')).toEqual(['first']);
    trace.add(cycleOf());
    expect(trace.follow('scvg0')).toEqual([]);
    expect(trace.end(() => 0)).toEqual([expect.stringContaining('gc 1 @') as string, 'scvg0']);
  });
});
