/** Go 1.18's pacer, by hand. */
import { describe, expect, it } from 'vitest';
import { consMark, goalWithRoots, runway, triggerAt } from '../../../src/gc/pacer/runway.ts';

describe('consMark', () => {
  it.each([
    // 300 allocated in three quarters of the time, 100 scanned in one quarter: as fast as each other.
    [300, 100, 0.25, 0, 1],
    [600, 100, 0.25, 0, 2],
    // The program had half of the time.
    [300, 100, 0.5, 0, 3],
    // Idle workers helped: without them the scan would have been slower.
    [300, 100, 0.25, 0.25, 2],
    // Nothing to measure.
    [0, 100, 0.25, 0, 0],
    [300, 0, 0.25, 0, 0],
    [300, 100, 1, 0, 0],
  ])('of %i allocated and %i scanned at %f and %f is %f', (allocated, scanned, utilization, idle, expected) => {
    expect(consMark(allocated, scanned, utilization, idle)).toBeCloseTo(expected, 9);
  });
});

describe('runway', () => {
  it('is what a program with three quarters of the processors allocates while one quarter scans', () => {
    expect(runway(1, 100)).toBeCloseTo(300, 9);
    for (const [allocated, scanned] of [[50, 1000], [3000, 1000]]) expect(runway(consMark(allocated, scanned, 0.25, 0), scanned)).toBeCloseTo(allocated, 6);
  });
});

describe('goalWithRoots', () => {
  it.each([[1000, 0, 1, 2000], [1000, 500, 1, 2500], [1000, 500, 0.5, 1750]])('of %i live and %i of roots with growth %f is %f', (live, roots, growth, expected) => {
    expect(goalWithRoots(live, roots, growth)).toBe(expected);
  });
});

describe('triggerAt', () => {
  it.each([
    [1000, 2000, 200, 1800],
    // Between 70 % and 95 % of the way.
    [1000, 2000, 900, 1700],
    [1000, 2000, 5000, 1700],
    [1000, 2000, 0, 1950],
  ])('with %i live, a goal of %i and a runway of %i is %i', (live, goal, length, expected) => {
    expect(triggerAt(live, goal, length)).toBeCloseTo(expected, 9);
  });
});
