/** The events of whole machines on threads, against the logs of their collections. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/run/api.ts';
import type { Cycle } from '../../src/gc/cycle-log.ts';
import type { MachineEvent } from '../../src/inspect/events.ts';
import { timelineOf } from '../../src/report/timeline-of-events.ts';
import { DOING, MOMENT, SLICES, WITHIN } from '../../src/sync/event-kinds.ts';
import { library } from '../support/library.ts';
import { crossings } from '../support/timeline.ts';

const PROCS = 4;
const DOINGS = new Set<number>(Object.values(DOING));

const MACHINES = [
  { name: 'tree, go1.3', options: { workload: 'tree', params: { depth: 15, runs: 5 } } },
  { name: 'rand with small buffers, tuned', options: { workload: 'rand', params: { count: 30_000, runs: 5 }, policy: 'tuned', tuning: { workbuf: 64 } } },
  { name: 'mixed, lab', options: { workload: 'mixed', params: { count: 30_000, runs: 3 }, policy: 'lab', tuning: { order: 'fifo' } } },
  { name: 'churn', options: { workload: 'churn', params: { threads: 3, count: 200_000 } } },
  { name: 'churn with small buffers, verified', options: { workload: 'churn', params: { threads: 3, count: 30_000 }, tuning: { workbuf: 64 }, verify: true } },
] as const;

describe.each(MACHINES)('the events of $name', ({ options }) => {
  let result: RunResult;
  let events: readonly MachineEvent[];

  beforeAll(async () => {
    const runtime = await library.startRuntime({ ...options, procs: PROCS, recordEvents: true });
    result = await runtime.finished;
    await runtime.stop();
    events = result.events!.events;
  });

  const of = (...kinds: readonly number[]) => events.filter(({ kind }) => kinds.includes(kind));
  const total = (...kinds: readonly number[]) => of(...kinds).reduce((sum, { startNs, endNs }) => sum + endNs - startNs, 0);
  const logged = (field: keyof Cycle) => result.cycles.reduce((sum, cycle) => sum + (cycle[field] as number), 0);
  const laneOf = (lane: number, isOf: (kind: number) => boolean) => events.filter((event) => event.lane === lane && isOf(event.kind)).toSorted((a, b) => a.startNs - b.startNs || a.endNs - b.endNs);

  it('are complete: no ring was full', () => {
    expect(result.events).toMatchObject({ lanes: PROCS, dropped: 0, older: 0 });
  });

  it('say without a gap what each M does', () => {
    for (let lane = 0; lane < PROCS; lane++) {
      const slices = laneOf(lane, (kind) => DOINGS.has(kind));
      expect(slices.length).toBeGreaterThan(0);
      expect(slices.slice(1).filter(({ startNs }, i) => startNs !== slices[i].endNs)).toEqual([]);
    }
  });

  it('begin and end what happens within one of these slices inside of it', () => {
    for (let lane = 0; lane < PROCS; lane++) {
      const slices = laneOf(lane, (kind) => DOINGS.has(kind));
      const inner = laneOf(lane, (kind) => SLICES.has(kind) && !DOINGS.has(kind));
      expect(inner.filter(({ startNs, endNs }) => !slices.some((outer) => outer.startNs <= startNs && endNs <= outer.endNs))).toEqual([]);
    }
  });

  it('have the times of the log of collections', () => {
    expect(total(DOING.roots)).toBe(logged('rootNs'));
    expect(total(DOING.scan, DOING.spin, DOING.yield, DOING.sleep)).toBe(logged('drainNs'));
    expect(total(DOING.spin, DOING.yield, DOING.sleep)).toBe(logged('idleNs'));
    expect(of(DOING.stop).map(({ startNs, endNs }) => endNs - startNs)).toEqual(result.cycles.map(({ stopNs }) => stopNs));
  });

  it('have a stop, a sweep of the rest, a mark and a start for each collection, within its pause', () => {
    for (const { endNs, pauseNs, nproc } of result.cycles) {
      const inPause = events.filter((event) => event.startNs >= endNs - pauseNs && event.endNs <= endNs);
      const numberOf = (kind: number) => inPause.filter((event) => event.kind === kind).length;
      expect([DOING.stop, DOING.sweepRest, DOING.roots].map(numberOf)).toEqual([1, 1, nproc]);
      expect(numberOf(DOING.scan)).toBeGreaterThanOrEqual(nproc);
    }
    expect(of(DOING.start).length).toBe(result.cycles.length);
  });

  it('have a slice for each handoff, and a moment for each steal', () => {
    // Part of a large object is handed off without being counted.
    expect(of(WITHIN.handoff).length).toBeGreaterThanOrEqual(logged('nhandoff'));
    expect(of(MOMENT.stolen).reduce((sum, { count }) => sum + count, 0)).toBe(logged('nstealcnt'));
    expect(of(MOMENT.stolen).length).toBe(logged('nsteal'));
  });

  it('have a put for each full buffer that was taken', () => {
    const keys = (...kinds: readonly number[]) => of(...kinds).map(({ detail, count }) => `${detail} ${count}`).toSorted();
    expect(keys(MOMENT.get)).toEqual(keys(MOMENT.put, MOMENT.give));
  });

  it('make a timeline of nested slices, whose flows end where the Ms mark', () => {
    const timeline = timelineOf(result.events!, { name: 'test' });
    expect(timeline.lanes.map(({ name }) => name)).toEqual(['M 0', 'M 1', 'M 2', 'M 3']);
    expect(timeline.lanes.flatMap(crossings)).toEqual([]);
    const marking = new Set(['roots', 'scan', 'getfull spin', 'getfull yield', 'getfull sleep']);
    const isMarking = ({ lane, atNs }: { lane: number; atNs: number }) => {
      const { kind, startNs, durationNs } = timeline.lanes[lane];
      return kind.some((index, i) => marking.has(timeline.kinds[index].name) && startNs[i] <= atNs && atNs <= startNs[i] + durationNs[i]);
    };
    expect(timeline.flows.filter(({ from, to }) => from.lane === to.lane || from.atNs > to.atNs || !isMarking(to))).toEqual([]);
    // An M whose roots were stolen may be done with them.
    expect(timeline.flows.filter(({ kind, from }) => kind === 'handoff' && !isMarking(from))).toEqual([]);
    expect(timeline.counters.map(({ name }) => name)).toEqual(expect.arrayContaining(['heap live', 'next_gc goal', 'spans unswept']));
  });
});

describe('a machine that does not record', () => {
  it('has no rings and no events', async () => {
    const runtime = await library.startRuntime({ workload: 'tree', params: { depth: 8, runs: 1 }, procs: 2 });
    const result = await runtime.finished;
    await runtime.stop();
    expect(runtime.map.regions.find(({ name }) => name === 'events')?.words).toBe(0);
    expect(result.events).toBeUndefined();
  });
});

describe('a workload of mutators', () => {
  it('shows the goroutines that run, and the background sweeper', async () => {
    const runtime = await library.startRuntime({ workload: 'churn', params: { threads: 3, count: 200_000 }, procs: 2, recordEvents: true });
    const { events } = await runtime.finished;
    await runtime.stop();
    const { kinds, lanes } = timelineOf(events!, { name: 'churn' });
    const details = lanes.flatMap(({ kind, detail }) => kind.flatMap((index, i) => (kinds[index].name === 'mutator' ? [detail[i]] : [])));
    expect(details).toEqual(expect.arrayContaining(['goroutine 1', 'goroutine 2', 'background sweeper']));
    expect(lanes.flatMap(({ kind }) => kind).some((index) => kinds[index].name === 'sweep')).toBe(true);
  });
});
