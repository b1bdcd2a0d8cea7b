import { describe, expect, it } from 'vitest';
import { DEBUG } from '../../src/memory/config.ts';
import { addWide, loadWide } from '../../src/memory/wide.ts';
import { MarkCounts, collectStatsOf, countWork, sumCollectStats } from '../../src/gc/collect-stats.ts';
import { drainCycles } from '../../src/gc/cycle-log.ts';
import { mAt } from '../../src/machine/m.ts';
import { collect, newObject } from '../../src/runtime/mutator.ts';
import { bootCore, runCore } from '../support/core-machine.ts';

describe('collect stats', () => {
  it('are counted by each M for itself, and summed once', () => {
    const { m, m0 } = bootCore({ procs: 3, debug: DEBUG.collectstats });
    for (let i = 0; i < 3; i++) addWide(m, collectStatsOf(m, mAt(m, i)) + MarkCounts.at.nbytes, 2 ** 33 + i);
    countWork(m, m0, MarkCounts.at.rescan);
    const into = collectStatsOf(m, mAt(m, 2)) + 10 * MarkCounts.words;
    for (const expected of [3 * 2 ** 33 + 3, 0]) {
      sumCollectStats(m, into);
      expect(loadWide(m, into + MarkCounts.at.nbytes)).toBe(expected);
      expect(loadWide(m, into + MarkCounts.at.rescan)).toBe(expected === 0 ? 0 : 1);
    }
  });

  it('are logged for each cycle', () => {
    const { m } = runCore({ debug: DEBUG.collectstats }, 100, (m, mp, gp) => {
      newObject(m, mp, gp, 0, 64, 0);
      for (let i = 0; i < 3; i++) collect(m, mp, true);
    });
    const counts = drainCycles(m).map(({ collectStats }) => [collectStats!.getfull, collectStats!.putempty]);
    // The main goroutine and, from the second cycle on, no other: roots, and one look for more.
    expect(counts[1]).toEqual(counts[2]);
    expect(counts[1][0]).toBe(1);
    expect(counts[1][1]).toBeGreaterThan(0);
  });

  it('are not counted unless requested', () => {
    const { m } = runCore({}, 100, (m, mp) => collect(m, mp, true));
    expect(drainCycles(m)[0].collectStats).toBeUndefined();
  });
});
