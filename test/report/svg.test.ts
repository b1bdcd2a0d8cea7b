/** The drawing is well-formed, stays within its frame, and shows the measurement. */
import { describe, expect, it } from 'vitest';
import { element, roundTicks, scaleOf } from '../../src/report/svg.ts';
import { seriesOf } from '../../src/report/scale-panels.ts';
import { scaleSvg, sweepSvg } from '../../src/report/scale-svg.ts';
import { resultOf } from '../../src/report/scaling.ts';
import { scalingOf } from '../support/scaling.ts';

/** Names of the open elements are balanced; throws where they are not. */
function checkNesting(svg: string): number {
  const open: string[] = [];
  let elements = 0;
  for (const [, slash, name, selfClosing] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
    if (slash === '/') expect(open.pop()).toBe(name);
    else if (selfClosing !== '/') open.push(name);
    elements++;
  }
  expect(open).toEqual([]);
  return elements;
}

const numbers = (svg: string, pattern: RegExp) => [...svg.matchAll(pattern)].map((match) => Number(match[1]));

describe('elements', () => {
  it('escape markup', () => {
    expect(element('text', { x: 1.23456, title: 'a<"b"' }, 'x')).toBe('<text x="1.23" title="a&lt;&quot;b&quot;">x</text>');
  });
});

describe('axes', () => {
  it('have round ticks that reach the largest value', () => {
    expect(roundTicks(79.36, 5)).toEqual([0, 20, 40, 60, 80]);
    expect(roundTicks(2, 5)).toEqual([0, 0.5, 1, 1.5, 2]);
    expect(roundTicks(0.3, 3)).toEqual([0, 0.1, 0.2, 0.3]);
  });

  it('are linear or logarithmic', () => {
    expect(scaleOf([0, 10], [100, 0], false)(2.5)).toBe(75);
    expect(scaleOf([1, 16], [0, 100], true)(4)).toBe(50);
    expect(scaleOf([1, 1], [0, 100], false)(1)).toBe(0);
  });
});

describe('the drawing', () => {
  it.each([
    [{ 1: 77.8, 2: 43.2, 4: 23 }, 4],
    [{ 1: 30 }, 2],
    [{ 1: 30, 2: 75, 4: 90 }, 2],
    [{ 1: 800, 2: 410, 4: 210, 8: 110, 16: 60, 32: 40 }, 16],
  ])('shows %j on %i cores within its frame', (times, cores) => {
    const svg = scaleSvg(scalingOf(times as Record<number, number>, { cores }));
    const count = Object.keys(times).length;
    expect(checkNesting(svg)).toBeGreaterThan(30);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    const height = Number(/height="(\d+)"/.exec(svg)![1]);
    for (const x of numbers(svg, / (?:x|x1|x2|cx)="(-?[\d.]+)"/g)) expect(x >= 0 && x <= 800).toBe(true);
    for (const y of numbers(svg, / (?:y|y1|y2|cy)="(-?[\d.]+)"/g)) expect(y >= 0 && y <= height).toBe(true);
    expect(svg.match(/class="dot"/g)).toHaveLength(2 * count);
    // Each thread's bar, and the legend.
    const threads = Object.keys(times).reduce((sum, n) => sum + Number(n), 0);
    expect(svg.match(/class="scanning"/g)).toHaveLength(1 + threads);
    expect(svg.match(/class="interval"/g)).toHaveLength(2 * 3 * count);
    expect(svg.includes('class="cores"')).toBe(Number(Object.keys(times).pop()) > cores);
  });

  /** Runs with `procs` threads, of these times in ms. */
  const runs = (procs: number, ms: readonly number[]) => resultOf(procs, ms.map((each) => ({ ns: each * 1e6, objects: 1000, bytes: 32_000 })));

  it.each([
    [[1, 2]],
    [[1, 16]],
  ])('keeps intervals within the plots, however wide they are, with %j threads', ([few, many]) => {
    const results = [runs(few, [10, 100, 100, 100, 100, 900]), runs(many, [1, 50, 50, 50, 50, 2000])];
    const svg = scaleSvg(scalingOf({ 1: 1 }, { results, graph: undefined }));
    const ys = numbers(svg, /<line [^>]*y1="([\d.]+)"[^>]*class="interval"/g);
    expect(ys).toHaveLength(2 * 2 * 3);
    for (const y of ys) expect(y >= 84 && y <= 304, `${y}`).toBe(true);
  });

  const words = (svg: string) => [...svg.matchAll(/<text [^>]*>([^<]*)</g)].map(([, said]) => said);

  it('draws the bound of the graph within the plot, above the measured line', () => {
    const graph = {
      objects: 1000, pointers: 1000, widths: [1, 999], largestBytes: 32, largestPointers: 2, longestChain: 1, inDegreeMax: 1, cost: 2000, costFrom: [2000, 1990], costMost: 3,
    };
    const svg = scaleSvg(scalingOf({ 1: 80, 4: 79 }, { graph, results: [runs(1, [80]), runs(4, [79])] }));
    const points = /points="([^"]+)"[^>]*class="bound"/.exec(svg)![1].split(' ').map((point) => Number(point.split(',')[1]));
    expect(points).toHaveLength(2);
    for (const y of points) expect(y >= 84 && y <= 304, `${y}`).toBe(true);
    expect(points[1]).toBeLessThan(points[0]);
  });

  it('labels each logarithmic axis once, and no other axis', () => {
    const of = (times: Record<number, number>) => words(scaleSvg(scalingOf(times))).filter((said) => said.includes('log'));
    expect(of({ 1: 80, 8: 20 })).toEqual([]);
    expect(of({ 1: 80, 16: 10 })).toEqual(['threads, log', 'speedup over 1 thread, log', 'threads, log']);
  });

  it('has legends only for drawn lines and intervals', () => {
    const one = scaleSvg(scalingOf({ 1: 1 }, { results: [runs(1, [5])] }));
    expect(words(one).join('\n')).not.toMatch(/dashed|dotted|95 %|medians/);
    expect(one).not.toMatch(/class="(ideal|bound|interval)"/);
    const two = scaleSvg(scalingOf({ 1: 1 }, { results: [runs(1, [5, 6]), runs(2, [3, 4])] }));
    expect(words(two).join('\n')).toMatch(/medians of 2 runs; 4 cores(.|\n)*dashed: ideal\n/);
    expect(two.match(/class="ideal"/g)).toHaveLength(1);
  });

  it('cuts and escapes file names', () => {
    const svg = scaleSvg(scalingOf({ 1: 1 }, { heap: { name: `<\u001b[31m${'x'.repeat(500)}`, objects: 1, bytes: 1, spans: 1 } }));
    const [title] = words(svg);
    expect(title.length).toBeLessThan(100);
    expect(title).toContain('&lt;\\x1b[31mxxx');
  });

  it('draws shorter times lower and larger speedups higher', () => {
    const dots = numbers(scaleSvg(scalingOf({ 1: 80, 2: 40 })), /class="dot" cx="[\d.]+" cy="([\d.]+)"/g);
    expect(dots).toHaveLength(4);
    expect(dots[1]).toBeGreaterThan(dots[0]);
    expect(dots[3]).toBeLessThan(dots[2]);
  });
});

describe('a drawing of several series', () => {
  const words = (svg: string) => [...svg.matchAll(/<text [^>]*>([^<]*)</g)].map(([, said]) => said);
  const labels = (svg: string) => [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)" class="label">([^<]*)</g)].map(([, x, y, said]) => ({ x: Number(x), y: Number(y), said }));

  it.each([2, 3, 8, 12])('has a line and a label for each of %i, all within the frame and none over another', (count) => {
    const scalings = Array.from({ length: count }, (_, i) => scalingOf({ 1: 80, 2: 60 + i / 10, 4: 50 + i / 10 }, { settings: { policy: 'lab', spins: 100 * i } }));
    const svg = sweepSvg('spins', scalings);
    checkNesting(svg);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(svg.match(/<polyline [^>]*class="measured"/g)).toHaveLength(2 * count);
    expect(svg.match(/class="dot"/g)).toHaveLength(2 * 3 * count);
    const found = labels(svg);
    expect(found.slice(0, count).map(({ said }) => said)).toEqual(scalings.map(({ settings }) => String(settings.spins)));
    for (const said of scalings.map(({ settings }) => String(settings.spins))) expect(found.filter((each) => each.said.split(' ')[0] === said)).toHaveLength(2);
    for (const x of new Set(found.map((each) => each.x))) {
      const ys = found.filter((each) => each.x === x).map(({ y }) => y).toSorted((a, b) => a - b);
      expect(ys).toHaveLength(count);
      for (let i = 1; i < ys.length; i++) expect(ys[i] - ys[i - 1]).toBeGreaterThanOrEqual(15 - 1e-6);
      expect(ys[0]).toBeGreaterThan(60);
      expect(ys[count - 1]).toBeLessThan(312);
    }
    for (const { x, said } of found) expect(x + 7 * said.length).toBeLessThanOrEqual(800);
    expect(words(svg).find((said) => said.startsWith('mark, '))).toBe('mark, policy lab, by spins; medians of 10 runs, 95 % intervals; 4 cores');
  });

  it('leaves out what belongs to one of them: the shares of threads, and the numbers at points', () => {
    const svg = sweepSvg('spins', [scalingOf({ 1: 80, 2: 40 }, { settings: { policy: 'lab', spins: 1 } }), scalingOf({ 1: 80, 2: 50 }, { settings: { policy: 'lab', spins: 2 } })]);
    expect(svg).not.toContain('class="scanning"');
    expect(words(svg).filter((said) => /^\d\.\d\d$/.test(said))).toEqual([]);
  });

  it('lays an earlier document with other numbers of threads beside the new one', () => {
    const scaling = scalingOf({ 1: 80, 2: 40, 16: 10 });
    const svg = scaleSvg(scaling, [{ label: 'predicted', results: scaling.results }, seriesOf('<measured>', [{ procs: 1, ns: [9e7] }, { procs: 3, ns: [4e7] }])], 'measured: <old>.json');
    checkNesting(svg);
    expect(words(svg)).toEqual(expect.arrayContaining(['1', '2', '3', '16', '&lt;measured&gt;', '&lt;measured&gt; 2.25', 'predicted 8.00']));
    expect(words(svg).join()).toContain('measured: &lt;old&gt;.json');
  });
});
