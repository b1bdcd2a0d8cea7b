/** The figures of a mark are medians of all collections, and sums over all counters and threads. */
import { describe, expect, it } from 'vitest';
import type { MarkThread } from '../../src/gc/cycle-log.ts';
import { markFigures } from '../../src/report/mark-figures.ts';
import { cycleOf } from '../cli/fakes.ts';

const thread = (objectsMarked: number, casFailed: number): MarkThread =>
  ({ objectsMarked, casFailed, bytesScanned: 0, rootNs: 1, drainNs: 1, waitNs: 0, gatherNs: 0, sleepNs: 0, handoffNs: 0 });

describe('markFigures', () => {
  const cycle = cycleOf({
    nproc: 2, markNs: 100, idleNs: 50, objectsMarked: 400, nhandoff: 3, nsteal: 5, nprocyield: 100, nosyield: 20, nsleep: 7, spanVisits: 40, spanObjects: 100, threads: [thread(300, 2), thread(100, 9)],
  });

  it('adds up the counters of a collection', () => {
    expect(markFigures([cycle])).toEqual({ handoff: 3, steal: 5, yields: 127, idleShare: 0.25, casFailed: 11, objectsAVisit: 2.5, balance: 1.5 });
  });

  it('takes medians over collections, and the idle share over their whole time', () => {
    const long = { ...cycle, markNs: 300, idleNs: 0, nhandoff: 11, nsleep: 1007 };
    expect(markFigures([cycle, long, long])).toMatchObject({ handoff: 11, yields: 1127, idleShare: 50 / 1400 });
  });

  it('is defined for a mark without objects and without time', () => {
    expect(markFigures([cycleOf()])).toMatchObject({ idleShare: 0, objectsAVisit: 0, balance: 1 });
  });
});
