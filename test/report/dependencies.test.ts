/** The dependencies of a mark that no flow shows. */
import { describe, expect, it } from 'vitest';
import { collectionsOf } from '../../src/report/collections.ts';
import { dependenciesOf } from '../../src/report/dependencies.ts';
import type { Timeline } from '../../src/report/timeline.ts';
import { collectionTimeline, timelineOf } from '../support/timelines.ts';

/** The dependencies that follow no flow, as "M0 5 -> M1 7". */
function implied(timeline: Timeline): string[] {
  return dependenciesOf(timeline, collectionsOf(timeline)[0])
    .slice(timeline.flows.length)
    .map(({ from, to }) => `M${from.lane} ${from.atNs} -> M${to.lane} ${to.atNs}`);
}

describe('the dependencies of a mark', () => {
  it('are first the flows, in their order', () => {
    const timeline = collectionTimeline();
    expect(dependenciesOf(timeline, collectionsOf(timeline)[0]).slice(0, timeline.flows.length)).toEqual(timeline.flows);
  });

  it('wake each helper before or when the collecting thread begins to mark', () => {
    expect(implied(timelineOf([[['stop', 0, 5], ['roots', 10, 20]], [['roots', 8, 20]], [['roots', 15, 20]], [['idle', 0, 20]]]))).toEqual(['M0 8 -> M1 8', 'M0 10 -> M2 15']);
  });

  it('end the final waits when the last thread runs out of work', () => {
    const timeline = timelineOf([
      [['roots', 0, 10], ['getfull spin', 10, 12], ['scan', 12, 20], ['getfull spin', 20, 22], ['getfull yield', 22, 24], ['getfull sleep', 24, 50], ['scan', 50, 51]],
      [['roots', 0, 40], ['getfull spin', 40, 42]],
      [['roots', 0, 5], ['getfull spin', 5, 8], ['roots', 8, 45]],
    ]);
    expect(implied(timeline)).toEqual(['M0 0 -> M1 0', 'M0 0 -> M2 0', 'M1 40 -> M0 50']);
  });

  it('let the collecting thread go on when each helper is done', () => {
    const timeline = timelineOf([[['stop', 0, 5], ['roots', 5, 20], ['wait', 20, 50]], [['roots', 5, 40]], [['roots', 5, 30], ['sweep', 60, 70]]]);
    expect(implied(timeline)).toEqual(['M0 5 -> M1 5', 'M0 5 -> M2 5', 'M1 40 -> M0 50', 'M2 30 -> M0 50']);
  });
});
