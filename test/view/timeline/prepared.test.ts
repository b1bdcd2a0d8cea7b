/** A timeline prepared for drawing: finding slices, summing them up, moving between them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counterpartOf, findTimelines } from '../../../src/view/timeline/find-timelines.ts';
import { longestIn, rangeAfterKey, sliceAfterKey } from '../../../src/view/timeline/keys.ts';
import { counterUnder, layoutOf, scaleOf, sliceUnder } from '../../../src/view/timeline/layout.ts';
import { factsOf, longestOf, prepare, sliceAt, totalsOf } from '../../../src/view/timeline/prepared.ts';
import { flowsAt } from '../../../src/view/timeline/draw-links.ts';
import { collectionTimeline, timelineOf } from '../../support/timelines.ts';

const small = prepare('small', timelineOf([
  [['stop', 0, 10], ['scan', 10, 50, '7 blocks'], ['handoff', 20, 25], ['scan', 60, 70]],
  [],
  [['scan', 0, 20], ['getfull sleep', 20, 45], ['scan', 45, 90]],
], [['handoff', 0, 22, 2, 45]], { counters: [{ name: 'heap', unit: 'bytes', atNs: [10, 40], value: [100, 50] }] }));

describe('a prepared timeline', () => {
  it('finds the slice at a moment, or one nearby', () => {
    const prepared = prepare('', collectionTimeline({ seed: 7 }));
    fc.assert(fc.property(fc.nat(prepared.levels.length - 1), fc.nat(prepared.timeline.endNs), (lane, atNs) => {
      const { startNs, durationNs } = prepared.timeline.lanes[lane];
      const level = prepared.levels[lane][0];
      const expected = [...level.slice].filter((i) => startNs[i] <= atNs && atNs <= startNs[i] + durationNs[i]).at(-1);
      expect(sliceAt(level, atNs, 0)).toBe(expected);
    }));
    expect([47, 50, 51, 52, 53, 55, 58, 59].map((atNs) => sliceAt(small.levels[0][0], atNs, 2))).toEqual([1, 1, 1, 1, undefined, undefined, 3, 3]);
  });

  it('lists the longest slices first, and sums up each lane by the innermost kind', () => {
    expect(longestOf(small).map(({ kind, durationNs, laneName }) => `${laneName} ${kind} ${durationNs}`)).toEqual([
      'M2 scan 45', 'M0 scan 40', 'M2 getfull sleep 25', 'M2 scan 20', 'M0 stop 10', 'M0 scan 10', 'M0 handoff 5',
    ]);
    const names = small.timeline.kinds.map(({ name }) => name);
    const [first, empty] = totalsOf(small, { fromNs: 5, toNs: 65 });
    expect(['stop', 'scan', 'handoff', 'sweep'].map((kind) => first[names.indexOf(kind)])).toEqual([5, 40, 5, 0]);
    expect(empty.every((ns) => ns === 0)).toBe(true);
  });

  it('knows the facts of a slice whose kind is not declared', () => {
    const timeline = timelineOf([[['scan', 0, 10]]]);
    timeline.lanes[0].kind[0] = 99;
    const prepared = prepare('', timeline);
    expect(factsOf(prepared, { lane: 0, slice: 0 })).toMatchObject({ kind: '?', durationNs: 10 });
    expect(totalsOf(prepared, { fromNs: 0, toNs: 10 })[0].every((ns) => ns === 0)).toBe(true);
  });

  it('knows the flows of a slice, at either end', () => {
    expect(flowsAt(small.timeline, { lane: 0, slice: 1 })).toHaveLength(1);
    expect(flowsAt(small.timeline, { lane: 2, slice: 1 })).toHaveLength(1);
    expect(flowsAt(small.timeline, { lane: 2, slice: 0 })).toHaveLength(0);
  });
});

describe('the pointer', () => {
  const layout = layoutOf(small, 1000);
  const scale = scaleOf({ fromNs: 0, toNs: 90 }, 0, layout.left, 1000);
  it('finds the slice by lane, level and time', () => {
    const at = (ns: number, lane: number, level = 0) => sliceUnder(small, layout, scale, scale.x(ns), layout.lanes[lane].top + (level + 0.5) * layout.lanes[lane].rowHeight);
    expect(at(22, 0)).toEqual({ lane: 0, slice: 1 });
    expect(at(22, 0, 1)).toEqual({ lane: 0, slice: 2 });
    expect(at(40, 0, 1)).toBeUndefined();
    expect(at(40, 1)).toBeUndefined();
    expect(at(30, 2)).toEqual({ lane: 2, slice: 1 });
    expect(sliceUnder(small, layout, scale, 5, layout.lanes[0].top + 5)).toBeUndefined();
  });

  it('reads a counter, which holds its value', () => {
    const at = (ns: number) => counterUnder(small, layout, scale, scale.x(ns), layout.counters[0].top + 5)?.value;
    expect([5, 10.001, 39, 41, 89].map(at)).toEqual([undefined, 100, 100, 50, 50]);
  });
});

describe('a key', () => {
  const whole = { fromNs: 0, toNs: 100 };
  it('zooms, moves or shows all', () => {
    const range = { fromNs: 40, toNs: 70 };
    for (const key of ['w', '+', '=']) expect(rangeAfterKey(key, whole, range)).toEqual({ fromNs: 45, toNs: 65 });
    for (const key of ['s', '-']) expect(rangeAfterKey(key, whole, range)).toEqual({ fromNs: 32.5, toNs: 77.5 });
    for (const key of ['a', 'ArrowLeft']) expect(rangeAfterKey(key, whole, range)).toEqual({ fromNs: 35.5, toNs: 65.5 });
    for (const key of ['d', 'ArrowRight']) expect(rangeAfterKey(key, whole, range)).toEqual({ fromNs: 44.5, toNs: 74.5 });
    expect(rangeAfterKey('0', whole, range)).toEqual(whole);
    expect(rangeAfterKey('x', whole, range)).toBeUndefined();
  });

  it('goes to the slices of a lane in order, and to the lanes next to it, over empty ones', () => {
    expect(sliceAfterKey(']', small, { lane: 0, slice: 1 })).toEqual({ lane: 0, slice: 2 });
    expect(sliceAfterKey('[', small, { lane: 0, slice: 1 })).toEqual({ lane: 0, slice: 0 });
    expect(sliceAfterKey('[', small, { lane: 0, slice: 0 })).toBeUndefined();
    expect(sliceAfterKey('ArrowDown', small, { lane: 0, slice: 3 })).toEqual({ lane: 2, slice: 2 });
    expect(sliceAfterKey('ArrowUp', small, { lane: 2, slice: 1 })).toEqual({ lane: 0, slice: 1 });
    expect(sliceAfterKey('ArrowUp', small, { lane: 0, slice: 1 })).toBeUndefined();
  });

  it('begins with the longest slice in view', () => {
    expect(longestIn(small, 0, 50)).toMatchObject({ lane: 0, slice: 1 });
    expect(longestIn(small, 0, 1)).toMatchObject({ lane: 2, slice: 2 });
    expect(longestIn(prepare('', timelineOf([[]])), 0, 1)).toBeUndefined();
  });
});

describe('the documents', () => {
  const measured = timelineOf([[['scan', 0, 1]]]);
  const virtual = { ...measured, clock: 'virtual' as const };
  const named = (timelines: readonly (typeof measured | undefined)[]) => findTimelines(timelines.map((timeline, i) => ({ name: `${i}.json`, document: { command: 'run', timeline } as never })));

  it('hold timelines, or not', () => {
    expect(named([measured])?.map(({ name }) => name)).toEqual(['test']);
    expect(named([undefined, virtual])?.map(({ name }) => name)).toEqual(['1.json: test']);
    expect(named([undefined])).toBeUndefined();
    expect(named([timelineOf([])])).toBeUndefined();
  });

  it('give a measurement and a prediction to compare', () => {
    expect(counterpartOf(named([measured, virtual])!, 0)).toBe(1);
    expect(counterpartOf(named([measured, virtual])!, 1)).toBe(0);
    expect(counterpartOf(named([measured, measured])!, 0)).toBe(-1);
    expect(counterpartOf(named([{ ...measured, clock: 'steps' }, virtual])!, 0)).toBe(-1);
  });
});
