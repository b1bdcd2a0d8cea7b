/** The table and the sentences show no more than the measurement does. */
import { describe, expect, it } from 'vitest';
import { describeHeap, explainScaling, formatScaleTable } from '../../src/report/scale-table.ts';
import { markResults, resultOf, type Scaling } from '../../src/report/scaling.ts';
import { cycleOf } from '../cli/fakes.ts';
import { scalingOf } from '../support/scaling.ts';

describe('the scale table', () => {
  it('aligns numbers', () => {
    expect(formatScaleTable(scalingOf({ 1: 77.8, 2: 43.2, 4: 9.1 })).join('\n')).toBe(`\
threads  mark time  95 % interval  speedup  ns/object  handoffs  steals  idle
      1   77.99 ms  76.63 – 79.36     1.00       18.6         0       0   0 %
      2   43.31 ms  42.55 – 44.06     1.80       10.3       120       1  10 %
      4    9.12 ms    8.96 – 9.28     8.55       2.18       360       3  74 %`);
  });

  it('draws each speedup as a bar, with dots up to the ideal one', () => {
    const table = (chart: 'unicode' | 'ascii') => formatScaleTable(scalingOf({ 1: 80, 2: 40, 3: 53, 4: 32 }), 80, chart).map((row) => row.slice(35, 45));
    expect(table('unicode')).toEqual(['speedup   ', '1.00 █▎   ', '2.00 ██▌  ', '1.51 █▉·· ', '2.50 ███▏·']);
    expect(table('ascii')).toEqual(['speedup   ', '1.00 #    ', '2.00 ###  ', '1.51 ##.. ', '2.50 ###..']);
  });

  it('fits 80 columns with bars', () => {
    for (const line of formatScaleTable(scalingOf({ 1: 77.8, 2: 43.2, 4: 9.1 }), 80, 'unicode')) expect(line.length).toBeLessThanOrEqual(80);
    expect(formatScaleTable(scalingOf({ 1: 77.8, 2: 43.2, 4: 9.1 }), 80, 'unicode')).toHaveLength(4);
  });

  it('leaves the bars out where they would split the table', () => {
    const scaling = scalingOf({ 1: 77.8, 4: 9.1 });
    expect(formatScaleTable(scaling, 79, 'unicode')).toEqual(formatScaleTable(scaling, 79));
    expect(formatScaleTable(scaling, 60, 'unicode')).not.toEqual(formatScaleTable(scaling, 60));
  });

  it('fits 80 columns with large figures', () => {
    const lines = formatScaleTable(scalingOf({ 1: 99_999, 32: 88_888 }));
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('drops the first collection with each number of threads', () => {
    const { results } = scalingOf({ 1: 10, 2: 5 });
    expect(results.map(({ ns }) => ns.length)).toEqual([10, 10]);
    expect(Math.max(...results[0].ns)).toBeLessThan(11e6);
  });

  it('throws for a number of threads that no collection had', () => {
    expect(() => markResults([cycleOf({ forced: 2 })], [2])).toThrow('no collection marked with 2 threads');
  });

  it('marks more threads than cores with a star', () => {
    const rows = formatScaleTable(scalingOf({ 2: 60, 4: 50 }, { cores: 2 }));
    expect(rows.map((row) => row.slice(0, 9))).toEqual(['threads  ', '     2   ', '     4*  ']);
  });

  it('has GB/s for sweeps and ns/object for allocation', () => {
    const results = [1, 2].map((procs) => resultOf(procs, Array.from({ length: 6 }, () => ({ ns: 20e6 / procs, objects: 1e6, bytes: 128e6 }))));
    const table = (phase: 'sweep' | 'alloc') => formatScaleTable({ phase, results, cores: 2 }).map((row) => row.split(/ {2,}/).slice(-2));
    expect(table('sweep')).toEqual([['GB/s', 'GB/s a thread'], ['6.40', '6.40'], ['12.8', '6.40']]);
    expect(table('alloc')).toEqual([['ns/object', 'M objects/s'], ['20.0', '50.0'], ['10.0', '100']]);
  });

  it('has a heading that describes the heap', () => {
    expect(describeHeap(scalingOf({ 1: 1 }))).toBe('tree: 4,194,303 objects, 128 MB in 16,407 spans');
  });
});

describe('the sentences', () => {
  const explain = (times: Record<number, number>, changes?: Partial<Scaling>) => explainScaling(scalingOf(times, changes)).join(' ');

  it('give the speedup of the fastest number of threads', () => {
    expect(explain({ 1: 77.8, 2: 43.2 })).toBe('2 threads mark 1.8 times as fast as 1. 2 threads: speedup 1.80 of an ideal 2.00.');
    expect(explain({ 1: 80, 2: 60, 4: 30 })).toContain('4 threads mark 2.7 times as fast as 1.');
  });

  it('report that more threads are slower or no different', () => {
    expect(explain({ 1: 30, 2: 75 })).toContain('2 threads mark more slowly than 1: they take 2.5 times as long.');
    expect(explain({ 1: 30, 2: 30.2 })).toContain('2 threads mark about as fast as 1: the intervals overlap.');
  });

  /** Runs with `procs` threads, of these times in ms. */
  const runs = (procs: number, ms: readonly number[]) => resultOf(procs, ms.map((each) => ({ ns: each * 1e6, objects: 1000, bytes: 32_000 })));

  it('claim no speedup where the intervals overlap', () => {
    const results = [runs(1, [40, 90, 91, 92, 93, 200]), runs(2, [39, 48, 49, 50, 51, 100])];
    const scattered = explainScaling(scalingOf({ 1: 1 }, { results }));
    expect(results[0].medianNs / results[1].medianNs).toBeGreaterThan(1.8);
    expect(scattered).toEqual([
      '2 threads mark about as fast as 1: the intervals overlap.',
      'The times scatter too much to tell a speedup; use more --runs, or end what else runs.',
    ]);
  });

  it('mention no interval if there is none', () => {
    const results = [runs(1, [30, 31]), runs(2, [29, 30])];
    expect(explainScaling(scalingOf({ 1: 1 }, { results })).slice(0, 1)).toEqual(['2 threads mark about as fast as 1: so few runs show no difference.']);
  });

  it('compare nothing for one number of threads', () => {
    expect(explain({ 1: 77.8 })).toBe('1 thread marks 4,194,303 objects in 78.0 ms.');
  });

  it('mention time-slicing and the oracle', () => {
    expect(explain({ 1: 80, 4: 40 }, { cores: 2, verified: 44 })).toMatch(
      /\* This machine has 2 cores; threads beyond that are time-sliced\. The oracle checked the heap 44 times and found nothing wrong\.$/,
    );
  });
});
