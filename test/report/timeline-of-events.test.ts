/** A timeline is made of any events: in any order, with gaps, damaged. */
import { describe, expect, it } from 'vitest';
import type { RecordedEvents } from '../../src/inspect/event-log.ts';
import { WATCHER_LANE } from '../../src/inspect/event-log.ts';
import type { MachineEvent } from '../../src/inspect/events.ts';
import { timelineOf } from '../../src/report/timeline-of-events.ts';
import { collectionWindow } from '../../src/report/timeline-window.ts';
import type { Timeline } from '../../src/report/timeline.ts';
import { TimelineShape } from '../../src/report/timeline-shape.ts';
import { strictly } from '../../src/report/schema.ts';
import { DOING, MOMENT, SAMPLE, WITHIN } from '../../src/sync/event-kinds.ts';
import { crossings } from '../support/timeline.ts';

const slice = (lane: number, kind: number, startNs: number, endNs: number, detail = 0, count = 1): MachineEvent => ({ lane, kind, detail, count, startNs, endNs });
const at = (lane: number, kind: number, ns: number, detail: number, count = 1): MachineEvent => slice(lane, kind, ns, ns, detail, count);
const sampled = (ns: number, which: number, value: number): MachineEvent => slice(WATCHER_LANE, MOMENT.sample, ns, value, which);
const recorded = (events: readonly MachineEvent[], changes: Partial<RecordedEvents> = {}): RecordedEvents => ({ lanes: 2, events, dropped: 0, older: 0, ...changes });
const timeline = (events: readonly MachineEvent[], options: Partial<Parameters<typeof timelineOf>[1]> = {}) => timelineOf(recorded(events), { name: 'test', ...options });

/** Lists the slices of a lane as `kind start+duration`. */
function listed({ kinds, lanes }: Timeline, lane: number): string[] {
  const { kind, startNs, durationNs } = lanes[lane];
  return kind.map((index, i) => `${kinds[index].name} ${startNs[i]}+${durationNs[i]}`);
}

describe('the lanes of a timeline', () => {
  it('have their slices by start, the outer one first, from the start of the first', () => {
    const events = [slice(0, WITHIN.handoff, 130, 140), slice(1, DOING.scan, 100, 110), slice(0, DOING.scan, 120, 150), slice(0, DOING.roots, 110, 120), slice(0, WITHIN.root, 110, 120)];
    const made = timeline(events);
    expect(listed(made, 0)).toEqual(['roots 10+10', 'root 10+10', 'scan 20+30', 'handoff 30+10']);
    expect(listed(made, 1)).toEqual(['scan 0+10']);
    expect(made.endNs).toBe(50);
  });

  it('name what a slice was about', () => {
    const { lanes } = timeline([
      slice(0, DOING.mutator, 0, 10, 7), slice(0, DOING.mutator, 10, 20, ~0), slice(0, DOING.mutator, 20, 30, ~2), slice(0, DOING.mutator, 30, 40, ~4),
      slice(0, WITHIN.root, 40, 41, 0), slice(0, WITHIN.root, 41, 42, 6), slice(0, WITHIN.root, 42, 43, 9, 3),
      slice(0, WITHIN.steal, 43, 44, 0), slice(0, WITHIN.steal, 44, 45, 1), slice(0, WITHIN.handoff, 45, 46, 0, 1), slice(0, WITHIN.sweepSpans, 46, 47, 3, 12), slice(0, WITHIN.flush, 47, 48, 0, 4),
    ]);
    expect(lanes[0].detail).toEqual({
      0: 'goroutine 7', 1: 'background sweeper', 2: 'finalizer goroutine', 3: 'scavenger', 4: 'data', 5: 'stack 1', 6: 'stack 2 to stack 4', 7: 'found nothing', 9: '1 object', 10: '12 spans, 3 left', 11: '4 MCaches',
    });
  });

  it('are nested even if the events are not, and lack what is no slice', () => {
    const damaged = [
      slice(0, DOING.scan, 0, 100), slice(0, WITHIN.handoff, 50, 150), slice(0, WITHIN.root, 60, 120), slice(0, 77, 0, 10), slice(0, WITHIN.root, 30, 20),
      slice(0, DOING.scan, NaN, 5), slice(5, DOING.scan, 0, 10), slice(-3, DOING.scan, 0, 10), slice(1, DOING.idle, -10, 5),
    ];
    const made = timeline(damaged);
    expect(listed(made, 0)).toEqual(['scan 0+100', 'handoff 50+50', 'root 60+40']);
    expect(made.lanes.flatMap(crossings)).toEqual([]);
    expect(listed(made, 1)).toEqual([]);
  });

  it('are empty if nothing was recorded', () => {
    expect(timeline([])).toMatchObject({ endNs: 0, kinds: [], lanes: [{ kind: [] }, { kind: [] }], flows: [], counters: [] });
  });

  it('keep the last slices, and begin where the last of the others ended', () => {
    const events = Array.from({ length: 10 }, (_, i) => slice(i % 2, DOING.scan, 100 * i, 100 * i + 100));
    const made = timelineOf(recorded([...events, slice(0, DOING.idle, 0, 2000)], { older: 5, dropped: 3 }), { name: 'test', most: 4 });
    expect(listed(made, 0)).toEqual(['idle 0+1300', 'scan 100+100']);
    expect(listed(made, 1)).toEqual(['scan 0+100', 'scan 200+100']);
    expect(made).toMatchObject({ endNs: 1300, older: 12, dropped: 3 });
  });

  it('are what the schema of documents declares', () => {
    const events = [slice(0, DOING.mutator, 10, 20, 1), at(0, MOMENT.give, 12, 1), at(1, MOMENT.get, 15, 1), slice(1, DOING.scan, 10, 20), sampled(12, SAMPLE.heapLive, 64)];
    expect(() => strictly(TimelineShape).parse(timeline(events))).not.toThrow();
  });
});

describe('the flows of a timeline', () => {
  const scans = [slice(0, DOING.scan, 0, 1000), slice(1, DOING.scan, 0, 1000)];

  it('lead from the put of a buffer to the get of the same buffer after as many pushes', () => {
    const { flows } = timeline([at(1, MOMENT.get, 300, 7, 2), at(0, MOMENT.give, 200, 7, 2), at(0, MOMENT.put, 100, 7, 1), at(1, MOMENT.get, 150, 7, 1), at(0, MOMENT.give, 210, 8, 2), ...scans]);
    expect(flows).toEqual([
      { kind: 'steal', from: { lane: 0, atNs: 100 }, to: { lane: 1, atNs: 150 } },
      { kind: 'handoff', from: { lane: 0, atNs: 200 }, to: { lane: 1, atNs: 300 } },
    ]);
  });

  it('have both ends: a put without a get makes none, nor a get without a put, nor a buffer that its M takes back', () => {
    expect(timeline([at(0, MOMENT.give, 10, 1), at(1, MOMENT.get, 20, 2), at(0, MOMENT.put, 30, 3), at(0, MOMENT.get, 40, 3), ...scans]).flows).toEqual([]);
  });

  it('start at the last put before the get: the number of pushes wraps', () => {
    const later = 5_000_000;
    const events = [at(0, MOMENT.give, 10, 1), at(0, MOMENT.give, later, 1), at(1, MOMENT.get, 20, 1), at(1, MOMENT.get, later + 10, 1), slice(0, DOING.scan, 0, 2 * later)];
    expect(timeline(events).flows.map(({ from, to }) => [from.atNs, to.atNs])).toEqual([[10, 20], [later, later + 10]]);
  });

  it('never go back in time, though the clocks of threads differ', () => {
    expect(timeline([at(0, MOMENT.give, 21, 1), at(1, MOMENT.get, 20, 1), ...scans]).flows).toEqual([{ kind: 'handoff', from: { lane: 0, atNs: 20 }, to: { lane: 1, atNs: 20 } }]);
  });

  it('lead from the victim of a steal to the thief', () => {
    expect(timeline([at(1, MOMENT.stolen, 50, 0, 3), at(1, MOMENT.stolen, 60, -1, 3), at(1, MOMENT.stolen, 70, 9, 3), ...scans]).flows).toEqual([{ kind: 'steal', from: { lane: 0, atNs: 50 }, to: { lane: 1, atNs: 50 } }]);
  });
});

describe('the counters of a timeline', () => {
  const counter = ({ counters }: Timeline, name: string) => counters.find((each) => each.name === name);

  it('have the samples in order, of equal values the first', () => {
    const made = timeline([slice(0, DOING.mutator, 100, 200), sampled(150, SAMPLE.heapLive, 30), sampled(120, SAMPLE.heapLive, 20), sampled(110, SAMPLE.heapLive, 20), sampled(110, SAMPLE.nextGc, 90)]);
    expect(counter(made, 'heap live')).toEqual({ name: 'heap live', unit: 'bytes', atNs: [10, 50], value: [20, 30] });
    expect(counter(made, 'next_gc goal')).toEqual({ name: 'next_gc goal', unit: 'bytes', atNs: [10], value: [90] });
    expect(counter(made, 'full work buffers')).toBeUndefined();
  });

  it('begin with the last value before the window', () => {
    const events = [slice(0, DOING.mutator, 0, 400), sampled(50, SAMPLE.heapLive, 10), sampled(90, SAMPLE.heapLive, 20), sampled(150, SAMPLE.heapLive, 30), sampled(300, SAMPLE.heapLive, 40)];
    expect(counter(timeline(events, { window: { fromNs: 100, toNs: 200 } }), 'heap live')).toMatchObject({ atNs: [0, 50], value: [20, 30] });
  });

  it('count full work buffers by puts and gets, from zero in each collection', () => {
    const events = [slice(0, DOING.stop, 0, 1), at(0, MOMENT.put, 10, 1), at(0, MOMENT.give, 20, 2), at(1, MOMENT.get, 30, 2), slice(0, DOING.stop, 50, 51), at(1, MOMENT.get, 60, 9)];
    expect(counter(timeline(events), 'full work buffers')).toMatchObject({ atNs: [0, 10, 20, 30, 50], value: [0, 1, 2, 1, 0] });
  });

  it('count unswept spans after each sweep', () => {
    const events = [slice(0, DOING.mutator, 0, 100, ~0), sampled(0, SAMPLE.unswept, 30), slice(0, WITHIN.sweepSpans, 10, 40, 12, 18)];
    expect(counter(timeline(events), 'spans unswept')).toMatchObject({ atNs: [0, 40], value: [30, 12] });
  });
});

describe('a timeline of a verified machine', () => {
  it('leaves the time of the oracle out', () => {
    const events = [
      slice(0, DOING.collect, 0, 1100), slice(0, WITHIN.oracle, 100, 1000), slice(1, DOING.stopped, 50, 1050), slice(1, DOING.scan, 1050, 1080), at(0, MOMENT.give, 1060, 1), at(1, MOMENT.get, 1070, 1),
      slice(0, DOING.collect, 1100, 3000), slice(0, WITHIN.oracle, 2000, 2500),
    ];
    const made = timeline(events);
    expect(listed(made, 0)).toEqual(['collect 0+200', 'collect 200+1400']);
    expect(listed(made, 1)).toEqual(['stopped 50+100', 'scan 150+30']);
    expect(made.flows).toMatchObject([{ from: { atNs: 160 }, to: { atNs: 170 } }]);
    expect(made.kinds.map(({ name }) => name)).not.toContain('oracle');
  });
});

describe('the window of a collection', () => {
  const events = [
    slice(0, DOING.mutator, 0, 1000), slice(0, DOING.stop, 1000, 1100), slice(0, DOING.scan, 1100, 1900), slice(0, DOING.start, 1900, 2000), slice(0, DOING.mutator, 2000, 5000),
    slice(1, DOING.stop, 5000, 5100), slice(1, DOING.start, 5500, 6000), slice(0, DOING.idle, 5000, 9000),
  ];

  it('reaches from the stop of the world to its start, with a margin', () => {
    expect(collectionWindow(recorded(events), 1850)).toEqual({ fromNs: 980, toNs: 2020 });
    expect(collectionWindow(recorded(events), 5400)).toEqual({ fromNs: 4980, toNs: 6020 });
    const made = timeline(events, { window: collectionWindow(recorded(events), 1850) });
    expect(listed(made, 0)).toEqual(['mutator 0+20', 'stop 20+100', 'scan 120+800', 'start 920+100', 'mutator 1020+20']);
  });

  it('reaches to the next collection, or to the end, with the sweep', () => {
    expect(collectionWindow(recorded(events), 1850, true)?.toNs).toBe(5000);
    expect(collectionWindow(recorded(events), 5400, true)?.toNs).toBe(9000);
  });

  it('is undefined for a collection that the log no longer holds', () => {
    expect(collectionWindow(recorded(events.slice(4)), 1850)).toBeUndefined();
  });
});
