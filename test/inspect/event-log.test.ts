/** The rings of events, and the watcher's log of them, on a machine of one P. */
import { describe, expect, it } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import { EventLog } from '../../src/inspect/event-log.ts';
import { decodeEvents, drainEvents as drainRaw, droppedEvents, type MachineEvent } from '../../src/inspect/events.ts';
import { mAt } from '../../src/machine/m.ts';
import { collect, newObject } from '../../src/runtime/mutator.ts';
import { DOING, WITHIN } from '../../src/sync/event-kinds.ts';
import { EVENT_RING, enterAt, eventRingAt, withinMerged } from '../../src/sync/events.ts';
import { timelineOf } from '../../src/report/timeline-of-events.ts';
import { settle } from '../../src/runtime/settle.ts';
import { bootCore, runCore } from '../support/core-machine.ts';
import { crossings } from '../support/timeline.ts';

function drainEvents(m: Mem): MachineEvent[] {
  return drainRaw(m).flatMap(decodeEvents);
}

/** Collects `times` times. */
function collectOften(eventCap: number, times: number, look: (m: Mem) => void = () => {}): Mem {
  return runCore({ eventCap }, -1, (m, mp, gp) => {
    for (let i = 0; i < times; i++) {
      newObject(m, mp, gp, 0, 64, 0);
      collect(m, mp, true);
      look(m);
    }
  }).m;
}

describe('a ring of events', () => {
  it('has no words on a machine that does not record', () => {
    const { map, m } = bootCore();
    expect(map.regions.find(({ name }) => name === 'events')?.words).toBe(0);
    expect([drainEvents(m), droppedEvents(m)]).toEqual([[], 0]);
  });

  it('that is full drops what comes, and counts it', () => {
    const { m, m0 } = bootCore({ eventCap: 16 });
    // The first call has no slice to end.
    for (let i = 0; i <= 20; i++) enterAt(m, m0, DOING.mutator, i, i);
    expect(drainEvents(m).map(({ detail }) => detail)).toEqual(Array.from({ length: 16 }, (_, i) => i));
    expect(droppedEvents(m)).toBe(4);
  });

  it('that is full loses whole slices: the others are nested as before', () => {
    const m = collectOften(16, 20);
    const events = drainEvents(m);
    expect(events.length).toBe(16);
    expect(droppedEvents(m)).toBeGreaterThan(100);
    expect(timelineOf({ lanes: 1, events, dropped: droppedEvents(m), older: 0 }, { name: 'test' }).lanes.flatMap(crossings)).toEqual([]);
  });

  it('has room again once it is read, across its end', () => {
    const starts: number[] = [];
    const m = collectOften(64, 50, (m) => starts.push(...drainEvents(m).filter(({ kind }) => kind === DOING.start).map(({ startNs }) => startNs)));
    expect(droppedEvents(m)).toBe(0);
    starts.push(...drainEvents(m).filter(({ kind }) => kind === DOING.start).map(({ startNs }) => startNs));
    expect(starts.length).toBe(50);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
  });

  it('ends the last slice with the M, and holds nothing of the settling after it', () => {
    const m = collectOften(1 << 12, 1);
    const doing = drainEvents(m).filter(({ kind }) => kind < WITHIN.root);
    expect(doing.at(-1)?.kind).toBe(DOING.mutator);
    settle(m);
    expect(drainEvents(m)).toEqual([]);
  });

  it('holds short slices of one kind that follow each other as one, about the last, with the sum of their counts', () => {
    const { m, m0 } = bootCore({ eventCap: 16 });
    enterAt(m, m0, DOING.mutator, 1, 1);
    const times = [[10, 20], [30, 40], [50, 5000], [900_000, 900_010], [900_020, 990_000], [990_010, 990_020]];
    times.forEach(([started, ended], i) => withinMerged(m, m0, WITHIN.sweepSpans, 10 - i, 2, started, ended));
    withinMerged(m, m0, WITHIN.root, 3, 1, 990_030, 990_040);
    enterAt(m, m0, DOING.idle, 0, 999_000);
    const slices = drainEvents(m).map(({ kind, detail, count, startNs, endNs }) => [kind, detail, count, startNs, endNs]);
    // A gap, a long slice, and a slice after a long one of the same kind without a gap.
    expect(slices).toEqual([
      [WITHIN.sweepSpans, 8, 6, 10, 5000], [WITHIN.sweepSpans, 7, 2, 900_000, 900_010], [WITHIN.sweepSpans, 5, 4, 900_020, 990_020], [WITHIN.root, 3, 1, 990_030, 990_040], [DOING.mutator, 1, 1, 1, 999_000],
    ]);
  });

  it('ends what it merges where the M begins to do something else', () => {
    const { m, m0 } = bootCore({ eventCap: 16 });
    enterAt(m, m0, DOING.mutator, 1, 0);
    withinMerged(m, m0, WITHIN.sweepSpans, 1, 1, 10, 20);
    enterAt(m, m0, DOING.mutator, 2, 25);
    withinMerged(m, m0, WITHIN.sweepSpans, 0, 1, 30, 40);
    enterAt(m, m0, DOING.idle, 0, 50);
    expect(drainEvents(m).map(({ startNs, endNs }) => [startNs, endNs])).toEqual([[10, 20], [0, 25], [30, 40], [25, 50]]);
  });

  it('yields at most its own size, whatever a step has written over its counts', () => {
    const { m } = bootCore({ eventCap: 16 });
    m[eventRingAt(m, 0) + EVENT_RING.xwritten] = -5;
    expect(drainEvents(m).length).toBe(16);
    expect(drainEvents(m).length).toBe(0);
  });
});

describe('the log of events', () => {
  it('holds the most recent events, and counts the others', () => {
    const { m } = bootCore({ eventCap: 64 });
    const log = new EventLog(m, 10);
    const m0 = mAt(m, 0);
    for (let i = 1; i <= 30; i++) {
      enterAt(m, m0, DOING.mutator, i, i);
      log.drain();
    }
    const { events, older } = log.recorded;
    expect(events.length).toBeLessThanOrEqual(20);
    expect(events.length + older).toBe(29);
    expect(events.at(-1)).toMatchObject({ detail: 29, startNs: 29, endNs: 30 });
  });

  it('samples the heap', () => {
    const { m } = bootCore({ eventCap: 16 });
    const log = new EventLog(m);
    log.sample();
    expect(log.recorded.events.map(({ detail }) => detail)).toEqual([0, 1, 2]);
    expect(log.recorded).toMatchObject({ lanes: 1, dropped: 0, older: 0 });
  });
});
