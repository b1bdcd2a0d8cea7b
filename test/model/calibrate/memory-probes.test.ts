import { describe, expect, it } from 'vitest';
import { chasePages, chaseStreams, cycle, scatterPages, scatterRmw } from '../../../src/model/calibrate/memory-probes.ts';

const WORDS = 1 << 16;

/** Returns the words of the cycle through `start`, in order. */
function cycleFrom(m: Int32Array, start: number): number[] {
  const visited = [start];
  for (let at = m[start]; at !== start; at = m[at]) visited.push(at);
  return visited;
}

describe('the probes of memory', () => {
  it('visit one line of each page once', () => {
    const m = new Int32Array(WORDS);
    expect(chasePages(m)).toBeGreaterThan(0);
    const visited = cycleFrom(m, m.findIndex((next) => next !== 0));
    expect(visited.map((word) => Math.floor(word / 1024)).sort((a, b) => a - b)).toEqual(Array.from({ length: WORDS / 1024 }, (_, page) => page));
  });

  it('visit the lines of several streams in turn, each stream in order', () => {
    const m = new Int32Array(WORDS);
    expect(chaseStreams(m, 4)).toBeGreaterThan(0);
    const visited = cycleFrom(m, 0).map((word) => word / 16);
    expect(new Set(visited).size).toBe(WORDS / 16);
    const each = WORDS / 16 / 4;
    expect(visited.slice(0, 8)).toEqual([0, each + 37, 2 * each + 74, 3 * each + 111, 1, each + 38, 2 * each + 75, 3 * each + 112]);
  });

  it('measure times', () => {
    const m = new Int32Array(WORDS);
    for (const ns of [scatterRmw(m), scatterPages(m), cycle(m)]) expect(ns).toBeGreaterThan(0);
  });
});
