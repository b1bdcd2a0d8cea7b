/** The stopped worlds of a collection, from its record and on a machine. */
import { describe, expect, it } from 'vitest';
import { pauseOf, stoppedWorlds } from '../../src/gc/stopped-worlds.ts';
import { cycleOf } from '../cli/fakes.ts';
import { library } from '../support/library.ts';

describe('stopped worlds', () => {
  it('are one for a collection that marks in the pause', () => {
    const [whole, ...others] = stoppedWorlds(cycleOf({ endNs: 100, pauseNs: 30, checkpointNs: 12, heap1: 5 }));
    expect(others).toEqual([]);
    expect(whole).toEqual({ kind: 'whole', startNs: 70, endNs: 100, checkpointNs: 12, allocated: 5 });
    expect(pauseOf(whole)).toBe(18);
  });

  it('are two for one that marks concurrently with the program', () => {
    expect(stoppedWorlds(cycleOf({ firstEndNs: 50, firstPauseNs: 10, firstCheckpointNs: 4, heapStart: 3, endNs: 100, pauseNs: 30, heap1: 5 }))).toEqual([
      { kind: 'begin', startNs: 40, endNs: 50, checkpointNs: 4, allocated: 3 },
      { kind: 'end', startNs: 70, endNs: 100, checkpointNs: 0, allocated: 5 },
    ]);
  });

  it('of a run follow each other, and their times are those of MemStats', async () => {
    const { finished } = await library.startRuntime({ workload: 'churn', params: { count: 400_000, ring: 20_000 }, procs: 2, collector: 'concurrent' });
    const { cycles, memstats, startedNs } = await finished;
    // The first collection begins at 4 MB, with nothing known to be live.
    const begun = cycles.slice(1).filter(({ firstPauseNs }) => firstPauseNs > 0);
    expect(begun.length).toBeGreaterThan(0);
    let before = startedNs;
    for (const { startNs, endNs } of cycles.flatMap(stoppedWorlds)) {
      expect(startNs).toBeGreaterThanOrEqual(before);
      expect(endNs).toBeGreaterThanOrEqual(startNs);
      before = endNs;
    }
    expect(memstats.PauseTotalNs).toBe(cycles.flatMap(stoppedWorlds).reduce((sum, { startNs, endNs }) => sum + endNs - startNs, 0));
    for (const { firstStopNs, firstSweepNs, firstPauseNs, goal, heapStart, liveBefore } of begun) {
      expect(firstStopNs + firstSweepNs).toBeLessThanOrEqual(firstPauseNs);
      expect(goal).toBeGreaterThan(liveBefore);
      expect(heapStart).toBeGreaterThanOrEqual(liveBefore);
    }
  });
});
