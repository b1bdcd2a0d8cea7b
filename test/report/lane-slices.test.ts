/** The tree and the line of a lane's slices, against painting each nanosecond. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineOf, nestingOf, NO_KIND, type Lane } from '../../src/report/lane-slices.ts';

function laneOf(slices: readonly (readonly [kind: number, fromNs: number, toNs: number])[]): Lane {
  return { name: 'M0', kind: slices.map(([kind]) => kind), startNs: slices.map(([, from]) => from), durationNs: slices.map(([, from, to]) => to - from), detail: {} };
}

const END = 30;

/** Random nested slices, as a list of [kind, from, to] ordered by start. */
const nested = fc.array(fc.tuple(fc.nat(3), fc.nat(END), fc.nat(END)), { maxLength: 12 }).map((slices) => {
  const kept: [number, number, number][] = [];
  for (const [kind, a, b] of slices) {
    const [from, to] = a < b ? [a, b] : [b, a];
    if (kept.every(([, f, t]) => to <= f || from >= t || (from >= f && to <= t) || (from <= f && to >= t))) kept.push([kind, from, to]);
  }
  return kept.sort(([, a], [, b]) => a - b);
});

describe('the line of a lane', () => {
  it('has at each moment the kind of the innermost slice', () => {
    fc.assert(fc.property(nested, fc.nat(END), fc.nat(END), (slices, a, b) => {
      const lane = laneOf(slices);
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const painted = Array.from({ length: to - from }, (_, i) => from + i).map((at) => {
        const around = slices.filter(([, f, t]) => f <= at && at < t);
        const shortest = Math.min(...around.map(([, f, t]) => t - f));
        // Of slices with the same bounds the later one is the inner one.
        return around.findLast(([, f, t]) => t - f === shortest)?.[0] ?? NO_KIND;
      });
      const line = lineOf(lane, nestingOf(lane), from, to);
      expect(line.flatMap(({ kind, fromNs, toNs }) => Array<number>(toNs - fromNs).fill(kind))).toEqual(painted);
      for (const [i, stretch] of line.entries()) expect(line[i + 1]?.fromNs ?? to).toBe(stretch.toNs);
      expect(line.every((stretch, i) => stretch.kind !== line[i + 1]?.kind)).toBe(true);
    }));
  });
});

describe('the nesting of a lane', () => {
  it('puts a parent before its children, by start and then by length', () => {
    const nesting = nestingOf(laneOf([[0, 0, 5], [1, 0, 20], [2, 5, 10], [3, 6, 7], [4, 20, 30]]));
    expect([...nesting.slice]).toEqual([1, 0, 2, 3, 4]);
    expect([...nesting.depth]).toEqual([0, 1, 1, 2, 0]);
    expect(nesting.levels).toBe(3);
    expect(nestingOf(laneOf([])).levels).toBe(0);
  });

  it('ends a slice with its parent, whatever rounding says', () => {
    const nesting = nestingOf(laneOf([[0, 0, 10], [1, 5, 10.000001], [2, 10, 12]]));
    expect([...nesting.endNs]).toEqual([10, 10, 12]);
    expect([...nesting.depth]).toEqual([0, 1, 0]);
  });

  it('keeps slices that are nested too deep at the last level', () => {
    const deep = laneOf(Array.from({ length: 40 }, (_, i) => [0, i, 100 - i] as const));
    expect(nestingOf(deep).levels).toBe(16);
  });
});
