/** The phases besides mark: their times, order and warm-ups. */
import { describe, expect, it } from 'vitest';
import { sweepResults } from '../../src/cli/scaling.ts';
import { ScaleDocument } from '../../src/report/json.ts';
import { cli, resultOf } from './fakes.ts';

describe('sweeps by threads', () => {
  // Two counts, forwards, then backwards: the first round is a warm-up.
  const sweeps = [1000, 2000, 21, 11, 12, 22];
  const cycles = sweeps.map((_, i) => ({ pauseNs: 100 * (i + 1) }));
  const whole = { objects: 5, bytes: 4096 };

  it('belong to the number of threads of their turn', () => {
    const results = sweepResults('sweep', cycles, sweeps, [1, 2], whole);
    expect(results).toMatchObject([{ procs: 1, ns: [11, 12], objects: 5, bytes: 4096 }, { procs: 2, ns: [21, 22] }]);
  });

  it('make a cycle together with the pause before them', () => {
    expect(sweepResults('cycle', cycles, sweeps, [1, 2], whole).map(({ ns }) => ns)).toEqual([[411, 512], [321, 622]]);
  });
});

describe('sweepgen scale of a graph', () => {
  it.each([['tree', 1000, { depth: 10 }], ['tree', 130_000, { depth: 17 }]])('%s of %d objects, about', async (graph, objects, params) => {
    const { started } = await cli(`scale ${graph} --objects ${objects} --procs 1 --runs 1`);
    expect(started).toMatchObject([{ workload: graph, params }]);
  });

  it('of its own size, if nothing is said', async () => {
    const { started } = await cli('scale tree --procs 1 --runs 1');
    expect(started).toMatchObject([{ workload: 'tree', params: undefined }]);
  });
});

describe('sweepgen scale --phase alloc', () => {
  it('runs churn with as many goroutines as Ps, by turns, the first of each to warm up', async () => {
    let runs = 0;
    const { out, started } = await cli('scale --phase alloc --procs 1,3 --runs 2 --json', ({ procs }) => resultOf({ elapsedNs: runs++ < 2 ? 9e9 : 6e8 / procs! }));
    expect(started.map(({ workload, procs, params }) => [workload, procs, params!.threads])).toEqual([1, 3, 3, 1, 1, 3].map((n) => ['churn', n, n]));
    const { phase, results } = ScaleDocument.parse(JSON.parse(out));
    expect(phase).toBe('alloc');
    expect(results).toMatchObject([{ procs: 1, ns: [6e8, 6e8], objects: 5_000_000 }, { procs: 3, ns: [2e8, 2e8], objects: 4_999_998 }]);
    expect(results.every(({ mark }) => mark === undefined)).toBe(true);
  });

  it.each([
    ['--phase alloc tree', "--phase alloc makes a heap of its own; leave 'tree' out"],
    ['--phase alloc --objects 5', '--objects is for the graphs that are marked or swept; leave it out'],
    ['--objects 5', "--objects is for tree, list, rand, wide, mixed; 'self' has as many as it has"],
    ['tree --model 1,2 --bench', '--bench is for measurements, and --model predicts; leave one of them out'],
    ['tree --model 1,2 --procs 1', '--procs is for measurements, and --model predicts; leave one of them out'],
    ['tree --machine xeon-2', '--machine is for --model; leave it out'],
    ['tree --pin compact', '--pin is for --model; leave it out'],
    ['--phase alloc --copies 2', '--copies is for the heaps that are marked or swept; leave it out'],
    ['tree --phase cycle --model 1,2', '--model predicts --phase mark, sweep, alloc or stw, not cycle'],
    ['--phase alloc --verify', '--phase alloc would time the oracle too; leave --verify out'],
    ['tree --phase cycle --verify', '--phase cycle would time the oracle too; leave --verify out'],
    ['--phase marks', "--phase must be mark, sweep, alloc, cycle or stw, not 'marks'"],
  ])('refuses %s', async (line, sentence) => {
    const { code, err, started } = await cli(`scale ${line}`);
    expect(err).toBe(`sweepgen: ${sentence}\n`);
    expect([code, started]).toEqual([2, []]);
  });
});
