/** The critical path of hand-made timelines, and against a search through all chains of random ones. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectionsOf, isWaiting } from '../../src/report/collections.ts';
import { criticalPath, IN_TRANSIT, type CriticalPath } from '../../src/report/critical-path.ts';
import { dependenciesOf } from '../../src/report/dependencies.ts';
import { NO_KIND } from '../../src/report/lane-slices.ts';
import type { Timeline } from '../../src/report/timeline.ts';
import { collectionTimeline, timelineOf } from '../support/timelines.ts';

function nameOf(timeline: Timeline, kind: number): string {
  return kind === NO_KIND ? 'nothing' : kind === IN_TRANSIT ? 'transit' : timeline.kinds[kind].name;
}

/** The path as "M0 scan 0–30". */
function told(timeline: Timeline, path: CriticalPath = criticalPath(timeline)): string[] {
  return path.segments.map(({ lane, kind, fromNs, toNs }) => `M${lane} ${nameOf(timeline, kind)} ${fromNs}–${toNs}`);
}

describe('the critical path', () => {
  it('of one thread is all it did', () => {
    const timeline = timelineOf([[['stop', 0, 10], ['roots', 10, 15], ['scan', 15, 40]]]);
    expect(told(timeline)).toEqual(['M0 stop 0–10', 'M0 roots 10–15', 'M0 scan 15–40']);
    expect(criticalPath(timeline)).toMatchObject({ fromNs: 0, toNs: 40, waitedNs: 0, flows: [] });
  });

  it('goes from a wait to the lane that published the work', () => {
    const timeline = timelineOf([
      [['stop', 0, 10], ['scan', 10, 50], ['getfull spin', 50, 90]],
      [['scan', 0, 20], ['getfull sleep', 20, 45], ['scan', 45, 90]],
    ], [['handoff', 0, 40, 1, 45]]);
    expect(told(timeline)).toEqual(['M0 stop 0–10', 'M0 scan 10–40', 'M1 transit 40–45', 'M1 scan 45–90']);
    expect(criticalPath(timeline)).toMatchObject({ flows: [0], waitedNs: 5 });
  });

  it('stays on its lane when work was taken without a wait', () => {
    const timeline = timelineOf([[['scan', 0, 50]], [['scan', 0, 20], ['steal', 20, 22], ['scan', 22, 60]]], [['steal', 0, 21, 1, 22]]);
    expect(told(timeline)).toEqual(['M1 scan 0–20', 'M1 steal 20–22', 'M1 scan 22–60']);
  });

  it('keeps a wait that no flow ended', () => {
    const timeline = timelineOf([[['scan', 0, 50]], [['scan', 0, 20], ['getfull sleep', 20, 45], ['scan', 45, 90]]]);
    expect(told(timeline)).toEqual(['M1 scan 0–20', 'M1 getfull sleep 20–45', 'M1 scan 45–90']);
    expect(criticalPath(timeline).waitedNs).toBe(25);
  });

  it('names time without slices', () => {
    const timeline = timelineOf([[['stop', 0, 10]], [['scan', 30, 90]]]);
    expect(told(timeline)).toEqual(['M0 stop 0–10', 'M0 nothing 10–30', 'M1 scan 30–90']);
  });

  it('goes through several lanes, even in one moment', () => {
    const timeline = timelineOf([
      [['scan', 0, 30]],
      [['getfull spin', 0, 30], ['scan', 30, 31]],
      [['getfull spin', 0, 30], ['scan', 30, 90]],
    ], [['handoff', 1, 30, 2, 30], ['handoff', 0, 30, 1, 30]]);
    expect(told(timeline)).toEqual(['M0 scan 0–30', 'M2 scan 30–90']);
    expect(criticalPath(timeline)).toMatchObject({ flows: [1, 0], waitedNs: 0 });
  });

  it('takes the innermost slices, and none without length', () => {
    const timeline = timelineOf([[['scan', 0, 50], ['handoff', 20, 20], ['handoff', 30, 35], ['flush', 31, 32]]]);
    expect(told(timeline)).toEqual(['M0 scan 0–30', 'M0 handoff 30–31', 'M0 flush 31–32', 'M0 handoff 32–35', 'M0 scan 35–50']);
  });

  it('ends on the lane that worked last; of several, on the one that waited less, then on the first', () => {
    const late = timelineOf([[['scan', 0, 40], ['getfull spin', 40, 60]], [['scan', 0, 59], ['getfull spin', 59, 60]]]);
    expect(told(late)).toEqual(['M1 scan 0–59', 'M1 getfull spin 59–60']);
    const tie = timelineOf([[['getfull spin', 0, 10], ['scan', 10, 60]], [['scan', 0, 60]], [['scan', 0, 60]]]);
    expect(told(tie)).toEqual(['M1 scan 0–60']);
  });

  it('leaves out flows that run backwards, leave the interval or name a lane that is absent', () => {
    const lanes = [[['scan', 10, 50]], [['getfull spin', 10, 40], ['scan', 40, 60]]] as const;
    const timeline = timelineOf(lanes, [['handoff', 0, 45, 1, 40], ['handoff', 0, 5, 1, 40], ['steal', 7, 30, 1, 40], ['steal', 0, 30, 9, 40]]);
    expect(told(timeline)).toEqual(['M1 getfull spin 10–40', 'M1 scan 40–60']);
  });

  it('goes from a helper that began late to the collecting thread, which woke it', () => {
    const timeline = timelineOf([
      [['stop', 0, 10], ['collect', 10, 20], ['roots', 20, 60]],
      [['mutator', 0, 5], ['stopped', 5, 25], ['roots', 25, 70]],
      [['mutator', 0, 5], ['stopped', 5, 19], ['roots', 19, 71]],
    ]);
    expect(told(timeline)).toEqual(['M0 stop 0–10', 'M0 collect 10–19', 'M2 roots 19–71']);
    timeline.lanes[1].durationNs[2] = 50;
    expect(told(timeline)).toEqual(['M0 stop 0–10', 'M0 collect 10–20', 'M1 transit 20–25', 'M1 roots 25–75']);
    expect(criticalPath(timeline)).toMatchObject({ flows: [], waitedNs: 5 });
  });

  it('goes from a final wait to the thread that ran out of work last', () => {
    const timeline = timelineOf([
      [['stop', 0, 10], ['roots', 10, 40], ['getfull spin', 40, 45], ['getfull sleep', 45, 95], ['scan', 95, 96]],
      [['roots', 10, 80], ['scan', 80, 85], ['getfull spin', 85, 86]],
    ]);
    expect(told(timeline)).toEqual(['M0 stop 0–10', 'M1 roots 10–80', 'M1 scan 80–85', 'M0 transit 85–95', 'M0 scan 95–96']);
  });

  it('goes from the join to the helper that was done last', () => {
    const timeline = timelineOf([
      [['stop', 0, 10], ['roots', 10, 40], ['wait', 40, 90], ['collect', 90, 95]],
      [['roots', 10, 80]],
      [['roots', 10, 70]],
    ]);
    expect(told(timeline)).toEqual(['M0 stop 0–10', 'M1 roots 10–80', 'M0 transit 80–90']);
  });

  it('goes from the stop to the end of the mark, without the program and the sweeper', () => {
    const timeline = timelineOf([[['mutator', 0, 30], ['stop', 30, 40], ['scan', 40, 70], ['mutator', 70, 100]], [['sweep', 75, 99]]]);
    expect(told(timeline)).toEqual(['M0 stop 30–40', 'M0 scan 40–70']);
  });

  it('of nothing is empty', () => {
    expect(criticalPath(timelineOf([]))).toEqual({ fromNs: 0, toNs: 0, segments: [], parts: [], flows: [], waitedNs: 0 });
    expect(criticalPath(timelineOf([[]])).segments).toEqual([]);
  });

  it('is summed up by kind, the largest first', () => {
    const timeline = timelineOf([[['stop', 0, 10], ['scan', 10, 50], ['handoff', 20, 25], ['getfull spin', 50, 55], ['scan', 55, 60]]]);
    expect(criticalPath(timeline).parts.map(({ kind, ns, share }) => [nameOf(timeline, kind), ns, share])).toEqual([
      ['scan', 40, 40 / 60], ['stop', 10, 10 / 60], ['handoff', 5, 5 / 60], ['getfull spin', 5, 5 / 60],
    ]);
  });
});

const END = 12;

/** Random lanes of scan, wait and nothing by whole nanoseconds, and flows that don't run backwards. */
const smallTimelines = fc.integer({ min: 1, max: 3 }).chain((lanes) => fc.record({
  cells: fc.array(fc.array(fc.constantFrom('scan', 'scan', 'getfull spin', ''), { minLength: END, maxLength: END }), { minLength: lanes, maxLength: lanes }),
  flows: fc.array(fc.tuple(fc.constantFrom('handoff' as const, 'steal' as const), fc.nat(lanes - 1), fc.nat(END), fc.nat(lanes - 1), fc.nat(3)), { maxLength: 5 }),
})).map(({ cells, flows }) => ({
  cells,
  timeline: timelineOf(
    cells.map((row) => row.flatMap((kind, at) => (kind === '' ? [] : [[kind, at, at + 1] as const]))),
    flows.map(([kind, from, at, to, takes]) => [kind, from, at, to, Math.min(END, at + takes)] as const),
    { endNs: END },
  ),
}));

/** Returns the least waiting of all chains that end on `lane` at `atNs`, without going along a flow twice. */
function leastWaiting(cells: readonly string[][], flows: readonly Pick<Timeline['flows'][number], 'from' | 'to'>[], lane: number, atNs: number, used: readonly number[] = []): number {
  const waited = (fromNs: number): number => cells[lane].slice(fromNs, atNs).filter((kind) => kind !== 'scan').length;
  const along = flows.flatMap(({ from, to }, i) => {
    if (to.lane !== lane || to.atNs > atNs || used.includes(i)) return [];
    return [waited(to.atNs) + to.atNs - from.atNs + leastWaiting(cells, flows, from.lane, from.atNs, [...used, i])];
  });
  return Math.min(waited(0), ...along);
}

describe('the path of random timelines', () => {
  it('waits as little as any chain to the lane that worked last', () => {
    fc.assert(fc.property(smallTimelines, ({ cells, timeline }) => {
      const collection = { fromNs: 0, toNs: END, markNs: 0, lane: 0, isJoined: false };
      const { waitedNs } = criticalPath(timeline, collection);
      const flows = dependenciesOf(timeline, collection);
      const worked = cells.map((row) => row.lastIndexOf('scan'));
      const last = cells.flatMap((_, lane) => (worked[lane] === Math.max(...worked) ? [leastWaiting(cells, flows, lane, END)] : []));
      expect(waitedNs).toBe(Math.min(...last));
    }), { numRuns: 1000 });
  });

  it('covers the interval without gap, leaves a lane only along a flow, and its parts are its segments', () => {
    const invented = fc.record({ seed: fc.nat(), threads: fc.integer({ min: 1, max: 6 }), slices: fc.integer({ min: 30, max: 300 }) }).map((options) => collectionTimeline(options));
    fc.assert(fc.property(fc.oneof(smallTimelines.map(({ timeline }) => timeline), invented), (timeline) => {
      const { segments, flows, parts, fromNs, toNs, waitedNs } = criticalPath(timeline);
      expect([segments[0]?.fromNs ?? 0, segments.at(-1)?.toNs ?? END]).toEqual([fromNs, toNs]);
      expect(flows.every((i) => i < timeline.flows.length)).toBe(true);
      const dependencies = dependenciesOf(timeline, collectionsOf(timeline)[0]);
      for (const [i, segment] of segments.entries()) {
        expect(segment.toNs).toBeGreaterThan(segment.fromNs);
        const next = segments[i + 1];
        if (next === undefined) continue;
        expect(next.fromNs).toBe(segment.toNs);
        if (next.lane !== segment.lane) expect(dependencies.some(({ from }) => from.atNs === segment.toNs)).toBe(true);
      }
      expect(parts.reduce((sum, { ns }) => sum + ns, 0)).toBeCloseTo(toNs - fromNs, 3);
      const waits = parts.filter(({ kind }) => kind < 0 || isWaiting(timeline.kinds[kind].name));
      expect(waits.reduce((sum, { ns }) => sum + ns, 0)).toBeCloseTo(waitedNs, 3);
    }));
  });
});
