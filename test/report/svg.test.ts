/** The drawing is well-formed, stays within its frame, and shows what was measured. */
import { describe, expect, it } from 'vitest';
import { element, roundTicks, scaleOf } from '../../src/report/svg.ts';
import { scaleSvg } from '../../src/report/scale-svg.ts';
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
  it('escape what would be markup', () => {
    expect(element('text', { x: 1.23456, title: 'a<"b"' }, 'x')).toBe('<text x="1.23" title="a&lt;&quot;b&quot;">x</text>');
  });
});

describe('axes', () => {
  it('have round ticks that reach the largest value', () => {
    expect(roundTicks(79.36, 5)).toEqual([0, 20, 40, 60, 80]);
    expect(roundTicks(2, 5)).toEqual([0, 0.5, 1, 1.5, 2]);
    expect(roundTicks(0.3, 3)).toEqual([0, 0.1, 0.2, 0.3]);
  });

  it('go evenly, or by powers of two', () => {
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

  it('puts less time further down and more speedup further up', () => {
    const dots = numbers(scaleSvg(scalingOf({ 1: 80, 2: 40 })), /class="dot" cx="[\d.]+" cy="([\d.]+)"/g);
    expect(dots).toHaveLength(4);
    expect(dots[1]).toBeGreaterThan(dots[0]);
    expect(dots[3]).toBeLessThan(dots[2]);
  });
});
