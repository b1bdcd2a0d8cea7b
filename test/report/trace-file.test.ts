/** A trace file holds its timelines, as another reader finds them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkTracePath, encodeTrace } from '../../src/report/trace-file.ts';
import type { Timeline } from '../../src/report/timeline.ts';
import { TimelineShape } from '../../src/report/timeline-shape.ts';
import { readTrace } from '../support/read-trace.ts';

const PATHS = ['a.pftrace', 'a.json', 'a.json.gz'];

const HOSTILE = ['', '</script><script>alert(1)</script>', '"\\\n\u0000\u001b[31m', '\u202eevil\u2066', 'é日本\u{1f600}', '\ud800', '__proto__', 'x'.repeat(9_999)];
const anyText = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 20 }));
const time = fc.oneof(fc.nat(1_000), fc.double({ min: 0, max: 1e12, noNaN: true }));

type Lane = Timeline['lanes'][number];

/** A lane of nested slices: each is cut into pieces, some of which become slices of their own. */
function laneOf(kinds: number): fc.Arbitrary<Lane> {
  return fc.record({
    name: anyText,
    cuts: fc.array(fc.record({ start: fc.double({ min: 0, max: 1, noNaN: true }), length: fc.double({ min: 0, max: 1, noNaN: true }), kind: fc.nat(kinds - 1), detail: fc.option(anyText), inside: fc.boolean() }), { maxLength: 30 }),
    endNs: time,
  }).map(({ name, cuts, endNs }) => {
    const slices: { start: number; end: number; kind: number; detail: string | null }[] = [];
    const open: { start: number; end: number; at: number }[] = [{ start: 0, end: endNs, at: 0 }];
    for (const { start, length, kind, detail, inside } of cuts) {
      if (!inside && open.length > 1) open.pop();
      const around = open[open.length - 1];
      const from = around.at + (around.end - around.at) * start;
      const to = Math.min(around.end, from + (around.end - from) * length);
      slices.push({ start: from, end: to, kind, detail });
      around.at = to;
      open.push({ start: from, end: to, at: from });
    }
    slices.sort((a, b) => a.start - b.start);
    return {
      name, kind: slices.map((each) => each.kind), startNs: slices.map(({ start }) => start), durationNs: slices.map((each) => each.end - each.start),
      detail: Object.fromEntries(slices.flatMap(({ detail }, i) => (detail === null ? [] : [[i, detail]]))),
    };
  });
}

const timeline: fc.Arbitrary<Timeline> = fc.array(fc.record({ name: anyText, about: anyText }), { minLength: 1, maxLength: 4 }).chain((kinds) =>
  fc.array(laneOf(kinds.length), { minLength: 1, maxLength: 5 }).chain((lanes) => {
    const moment = fc.record({ lane: fc.nat(lanes.length - 1), atNs: time });
    return fc.record({
      name: anyText, clock: fc.constantFrom('measured', 'virtual', 'steps'), endNs: time, kinds: fc.constant(kinds), lanes: fc.constant(lanes),
      flows: fc.array(fc.record({ kind: fc.constantFrom('handoff', 'steal'), from: moment, to: moment }), { maxLength: 10 }),
      counters: fc.uniqueArray(fc.record({ name: anyText, unit: fc.constantFrom('bytes', 'count'), rows: fc.array(fc.tuple(time, fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(2 ** 40, -1)))) }), { maxLength: 3, selector: ({ name }) => name.toWellFormed() })
        .map((counters) => counters.map(({ name, unit, rows }) => {
          const sorted = rows.toSorted(([a], [b]) => a - b);
          return { name, unit, atNs: sorted.map(([at]) => at), value: sorted.map(([, value]) => value + 0) };
        })),
      dropped: fc.nat(5),
    }) as fc.Arbitrary<Timeline>;
  }));

/** Depth of each slice by brute force: how many others contain it, in order. */
function depthsOf({ startNs, durationNs }: Lane): number[] {
  const ends = startNs.map((start, i) => Math.round(start + durationNs[i]));
  return startNs.map((_, i) => startNs.filter((start, j) => j !== i && Math.round(start) <= Math.round(startNs[i]) && ends[j] >= ends[i]).length);
}

describe.each(PATHS)('a trace file %s', (path) => {
  /** JSON keeps lone surrogates, UTF-8 can't. */
  const told = (text: string) => (path.endsWith('.pftrace') ? text.toWellFormed() : text);

  it('holds what the timelines hold: slices nested, times in order on each track, each flow with both ends', () => {
    fc.assert(fc.property(fc.array(timeline, { minLength: 1, maxLength: 3 }), (timelines) => {
      const processes = readTrace(encodeTrace(timelines, path), path);
      expect(processes).toHaveLength(timelines.length);
      for (const [i, { name, threads, flows, counters }] of processes.entries()) {
        const expected = timelines[i];
        expect(TimelineShape.safeParse(expected).error).toBeUndefined();
        expect(name.startsWith(told(expected.name))).toBe(true);
        expect(name.includes('dropped')).toBe(expected.dropped > 0 || expected.name.includes('dropped'));
        expect(threads.map((thread) => thread.name)).toEqual(expected.lanes.map((lane) => told(lane.name)));
        for (const [lane, { slices }] of threads.entries()) checkSlices(slices, expected, lane);
        expect(flows).toEqual(expected.flows.map(({ kind, from, to }) => ({ kind, from: { ...from, atNs: Math.round(from.atNs) }, to: { ...to, atNs: Math.round(to.atNs) } })));
        const withValues = path.endsWith('.pftrace') ? expected.counters : expected.counters.filter(({ value }) => value.length > 0);
        expect(counters).toMatchObject(withValues.map((each) => ({ name: told(each.name), unit: each.unit, atNs: each.atNs.map(Math.round), value: each.value })));
      }
    }), { numRuns: 100 });
  });

  function checkSlices(slices: ReturnType<typeof readTrace>[number]['threads'][number]['slices'], { kinds, lanes }: Timeline, lane: number): void {
    const { kind, startNs, durationNs, detail } = lanes[lane];
    const key = (name: string, about: string, start: number, length: number, extra: string | undefined) => JSON.stringify([told(name), told(about), start, length, extra === undefined ? null : told(extra)]);
    const expected = startNs.map((start, i) => key(kinds[kind[i]].name, kinds[kind[i]].about, Math.round(start), Math.round(start + durationNs[i]) - Math.round(start), detail[i]));
    expect(slices.map((each) => key(each.name, each.about, each.startNs, each.endNs - each.startNs, each.detail)).toSorted()).toEqual(expected.toSorted());
    for (const slice of slices) expect(slices.filter((other) => other !== slice && other.depth < slice.depth && other.startNs <= slice.startNs && other.endNs >= slice.endNs).length).toBeGreaterThanOrEqual(slice.depth);
  }

  it('nests a slice under the one that contains it', () => {
    const lane: Lane = { name: 'M 0', kind: [0, 1, 1, 0], startNs: [0, 0, 40.4, 100], durationNs: [100, 40.4, 59.6, 5], detail: { 2: 'a root' } };
    const one: Timeline = { name: 'tree', clock: 'measured', endNs: 105, kinds: [{ name: 'mark', about: 'marks' }, { name: 'scan', about: 'scans' }], lanes: [lane], flows: [], counters: [], dropped: 0 };
    const [{ threads: [{ slices }] }] = readTrace(encodeTrace([one], path), path);
    expect(slices.map(({ name, depth }) => [name, depth])).toEqual([['mark', 0], ['scan', 1], ['scan', 1], ['mark', 0]]);
    expect(slices.map(({ depth }) => depth)).toEqual(depthsOf(lane));
    expect(slices[2]).toMatchObject({ startNs: 40, endNs: 100, detail: 'a root' });
  });

  it('nests the shorter of two slices that begin at once under the longer, whichever is listed first', () => {
    const lane: Lane = { name: 'M 0', kind: [1, 0], startNs: [7, 7], durationNs: [3, 9], detail: {} };
    const one: Timeline = { name: 'tree', clock: 'measured', endNs: 16, kinds: [{ name: 'mark', about: '' }, { name: 'scan', about: '' }], lanes: [lane], flows: [], counters: [], dropped: 0 };
    const [{ threads: [{ slices }] }] = readTrace(encodeTrace([one], path), path);
    expect(slices).toMatchObject([{ name: 'mark', depth: 0, endNs: 16 }, { name: 'scan', depth: 1, endNs: 10 }]);
  });

  it('is the same for the same timelines', () => {
    fc.assert(fc.property(timeline, (one) => { expect(encodeTrace([one], path)).toEqual(encodeTrace([one], path)); }), { numRuns: 10 });
  });
});

describe('the name of a trace file', () => {
  it('has a known ending', () => {
    for (const path of PATHS) expect(() => checkTracePath(path)).not.toThrow();
    expect(() => encodeTrace([], 'trace.txt')).toThrow("the trace file 'trace.txt' has another ending than .pftrace (Perfetto), .json or .json.gz (Chrome)");
  });
});
