import { describe, expect, it } from 'vitest';
import { CompareDocument } from '../../../src/report/compare-document.ts';
import { documentsIn } from '../../../src/report/html.ts';
import { Stopped } from '../../../src/run/errors.ts';
import { cli, cycleOf, resultOf } from '../fakes.ts';

const LINE = 'compare --collectors parallel,concurrent:barrier=hybrid --workload churn';

describe('compare', () => {
  it('runs the collectors by turns, on the same workload and seed', async () => {
    const { started, code } = await cli(`${LINE} --rounds 2 --seed 7 --set count=500 --procs 2`);
    expect(code).toBe(0);
    expect(started.map(({ collector, barrier }) => [collector, barrier])).toEqual([
      ['parallel', 'dijkstra'], ['concurrent', 'hybrid'], ['parallel', 'dijkstra'], ['concurrent', 'hybrid'],
    ]);
    for (const { workload, seed, params, procs } of started) expect([workload, seed, params, procs]).toEqual(['churn', 7, { count: 500, threads: 1 }, 2]);
  });

  it('prints pauses and utilization of each', async () => {
    const { out } = await cli(`${LINE} --rounds 1 --procs 1`, ({ collector }) => resultOf({ elapsedNs: 1e9, cycles: [cycleOf({ endNs: 50e6, pauseNs: collector === 'parallel' ? 40e6 : 1e6 })] }));
    expect(out).toMatch(/^churn, count 1000, threads 1\n\ncollector +pauses +median/);
    expect(out).toMatch(/\nparallel +1 +40(\.0)? ms/);
    expect(out).toMatch(/\nconcurrent:barrier=hybrid +1 +1(\.00)? ms/);
    expect(out).toContain('Minimum mutator utilization by window');
  });

  it('prints a document, and writes a page with it', async () => {
    const { out } = await cli(`${LINE} --rounds 1 --json`);
    const document = CompareDocument.parse(JSON.parse(out));
    expect(document).toMatchObject({ command: 'compare', interrupted: false });
    expect(document.workloads[0].collectors.map(({ collector, options }) => [collector, options])).toEqual([['parallel', {}], ['concurrent:barrier=hybrid', { barrier: 'hybrid' }]]);
    const page = await cli(`${LINE} --rounds 1 --html c.html`);
    expect(page.out.endsWith('Report: c.html\n')).toBe(true);
    expect(CompareDocument.parse(JSON.parse(documentsIn(page.out)![0].text)).workloads).toHaveLength(1);
  });

  it('keeps what was measured before an interruption', async () => {
    let runs = 0;
    const stop = new AbortController();
    const { out } = await cli(`${LINE} --rounds 5 --json`, () => {
      if (++runs < 2) return resultOf();
      stop.abort();
      return new Stopped();
    }, { signal: stop.signal });
    const { interrupted, workloads } = CompareDocument.parse(JSON.parse(out));
    expect([interrupted, workloads[0].collectors.map(({ collector }) => collector)]).toEqual([true, ['parallel']]);
  });

  it.each([
    ['compare --workload chrn', 'there is no workload'],
    ['compare --workload churn --set depth=3', "none of the workloads has 'depth' to --set"],
    ['compare --collectors x', "--collectors knows no 'x'"],
    ['compare --html -', '--html needs the name of a file'],
  ])('refuses %s', async (line, message) => {
    const { code, err, started } = await cli(line);
    expect([code, started.length]).toEqual([2, 0]);
    expect(err).toContain(message);
  });
});
