/** The statistics of the allocator equal those of Go 1.4 exactly. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sequence } from '../../src/workloads/sequence.ts';
import { runOnOneP } from '../support/machine.ts';

const GO14 = readFileSync(new URL('../fixtures/alloc-go1.4.txt', import.meta.url), 'utf8').trimEnd().split('\n');

/** Parses the `name=value` pairs of a line. */
function figures(line: string): Record<string, number> {
  return Object.fromEntries([...line.matchAll(/(\w+)=(\d+)/g)].map(([, name, value]) => [name, Number(value)]));
}

/** Parses a by_size line to `size -> [mallocs, frees]`. */
function sizes(line: string): Map<number, readonly [number, number]> {
  return new Map([...line.matchAll(/(\d+):(\d+):(\d+)/g)].map(([, size, mallocs, frees]) => [Number(size), [Number(mallocs), Number(frees)]]));
}

describe('sequence', () => {
  const { lines, cycles } = runOnOneP(sequence);

  it('prints its seed and sizes', () => {
    expect(lines[0]).toBe('# sweepgen seed n max = 12345 20000 2048');
    expect(lines).toHaveLength(GO14.length);
  });

  it('allocates as Go 1.4 does', () => {
    const { heap_inuse: ours, ...exact } = figures(lines[1]);
    const { heap_inuse: theirs, ...expected } = figures(GO14[1]);
    expect(exact).toEqual(expected);
    // Go's start-up leaves spans half full, which the sequence fills first.
    expect(ours - theirs).toBeGreaterThanOrEqual(0);
    expect(ours - theirs).toBeLessThan(20 * 8192);
    expect(lines[2]).toBe(GO14[2]);
  });

  it('frees as Go 1.4 does, except for allocations of its runtime', () => {
    expect(figures(lines[3]).alloc).toBe(figures(GO14[3]).alloc);
    const theirs = sizes(GO14[4]);
    for (const [size, [mallocs, frees]] of sizes(lines[4])) {
      const [goMallocs, goFrees] = theirs.get(size)!;
      expect(mallocs).toBe(sizes(lines[2]).get(size)![0]);
      expect(Math.abs(goMallocs - goFrees - (mallocs - frees))).toBeLessThanOrEqual(1);
    }
  });

  it('collects twice before and twice after, never in between', () => {
    expect(cycles.map(({ forced }) => forced)).toEqual([2, 2, 2, 2]);
  });

  it('is deterministic for a given seed', () => {
    const small = { count: 500, max: 40_000 };
    expect(runOnOneP(sequence, small).lines).toEqual(runOnOneP(sequence, small, { seed: 7 }).lines);
    expect(runOnOneP(sequence, { ...small, seed: 4_000_000_000 }).lines[2]).not.toEqual(runOnOneP(sequence, small).lines[2]);
  });

  it('counts objects larger than any class', () => {
    const { lines: large } = runOnOneP(sequence, { count: 100, max: 1 << 20 });
    expect(figures(large[1])).toMatchObject({ mallocs: 100, frees: 0 });
  });
});
