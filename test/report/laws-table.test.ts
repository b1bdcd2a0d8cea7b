/** Fitted laws as a table and in sentences. */
import { describe, expect, it } from 'vitest';
import { speedupOf } from '../../src/report/scaling-fit.ts';
import { lawsOf } from '../../src/report/scaling-laws.ts';
import { explainLaws, formatLaws } from '../../src/report/laws-table.ts';

const COUNTS = [1, 2, 4, 8, 16];
const runsOf = (contention: number, coherence: number, runs = 1, counts = COUNTS) =>
  counts.map((procs) => ({ procs, ns: Array<number>(runs).fill(1e6 / speedupOf({ contention, coherence }, procs)) }));

describe('the table of fitted laws', () => {
  it('has a column for each law and a row for each figure, with intervals', () => {
    const cells = formatLaws(lawsOf(runsOf(0.05, 0.002, 6))).map((line) => line.trim().split(/ {2,}/));
    expect(cells[0]).toEqual(['fitted law', 'Amdahl', 'USL']);
    expect(cells.map(([name]) => name)).toEqual(['fitted law', 'serial share', 'coherence', 'best threads', 'largest speedup', 'largest error']);
    expect(cells.map((row) => row[2])).toEqual(['USL', '5.00 % (5.00 – 5.00)', '2.0e-3 (2.0e-3 – 2.0e-3)', '22 (22 – 22)', '7.40 (7.40 – 7.40)', '0.00 %']);
    expect(cells[2][1]).toBe('–');
  });

  it('is empty without laws', () => {
    expect(formatLaws([])).toEqual([]);
  });
});

describe('the sentences on fitted laws', () => {
  it('name the best number of threads, and that it is extrapolated if it was not fitted', () => {
    expect(explainLaws(lawsOf(runsOf(0.05, 0.02)))).toEqual(['By the Universal Scalability Law 7 (7 – 7) threads are best: 3.27 (3.27 – 3.27) times as fast as one.']);
    expect(explainLaws(lawsOf(runsOf(0.05, 0.002)))[1]).toBe('The fit has times of up to 16 threads; the rest is extrapolated.');
  });

  it('name the largest speedup if no number of threads is best', () => {
    expect(explainLaws(lawsOf(runsOf(0.1, 0, 2, [1, 2])))).toEqual(["By Amdahl's law more threads are always faster, and at most 10.0 times as fast as one."]);
    expect(explainLaws(lawsOf(runsOf(0, 0)))).toEqual(['By the Universal Scalability Law more threads are always faster: nothing here is serial.']);
  });

  it('claim nothing if the interval allows no speedup', () => {
    expect(explainLaws(lawsOf(runsOf(1, 0, 6)))).toEqual([]);
  });

  it('doubt a law that is far from its points', () => {
    const poor = runsOf(0.05, 0).map(({ procs, ns }) => ({ procs, ns: procs === 2 ? [2 * ns[0]] : ns }));
    expect(explainLaws(lawsOf(poor))[1]).toMatch(/^But the law is off by \d+ % at one of the points/);
  });
});
