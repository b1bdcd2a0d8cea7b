/** Draws the axis, the names of the lanes, and the counters. */
import { formatBytes, formatCount } from '../../base/units.ts';
import type { Timeline } from '../../report/timeline.ts';
import { fitted } from '../parts/chart.tsx';
import type { Theme } from '../theme.tsx';
import type { Drawing } from './draw-slices.ts';
import { AXIS, type CounterBox } from './layout.ts';
import { firstAfter } from './prepared.ts';
import { ticksOf } from './time.ts';

type Counter = Timeline['counters'][number];

const TICK_PIXELS = 110;

/** Draws lines at round moments and their times above them. `originNs` is where the axis says 0. */
export function drawAxis({ ctx, prepared, scale, layout, right }: Drawing, theme: Theme, originNs: number): void {
  const range = { fromNs: scale.fromNs - originNs, toNs: scale.toNs - originNs };
  ctx.strokeStyle = theme.line;
  ctx.lineWidth = 1;
  ctx.fillStyle = theme.muted;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  for (const { atNs, label } of ticksOf(prepared.timeline.clock, range, Math.max(1, (right - layout.left) / TICK_PIXELS))) {
    const x = Math.round(scale.x(atNs + originNs)) + 0.5;
    ctx.beginPath();
    ctx.moveTo(x, AXIS - 6);
    ctx.lineTo(x, layout.height);
    ctx.stroke();
    const half = ctx.measureText(label).width / 2;
    if (x - half >= layout.left - 8 && x + half <= right + 8) ctx.fillText(label, x, AXIS / 2 - 2);
  }
}

/** Writes the names of lanes left of them; where rows are too low, every second or fourth. */
export function drawNames({ ctx, prepared, layout }: Drawing, theme: Theme): void {
  const [first, second] = layout.lanes;
  const every = second === undefined ? 1 : Math.ceil(13 / (second.top - first.top));
  ctx.fillStyle = theme.ink;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  for (const [lane, { top, rowHeight }] of layout.lanes.entries()) {
    if (lane % every === 0) ctx.fillText(fitted(ctx, prepared.timeline.lanes[lane].name, layout.left - 8), 0, top + rowHeight / 2);
  }
}

/** Draws each counter as an area over its own scale from zero, and names it and its greatest value. */
export function drawCounters(drawing: Drawing, theme: Theme): void {
  const { ctx, prepared, layout, right } = drawing;
  for (const [i, counter] of prepared.timeline.counters.entries()) {
    const { top, height } = layout.counters[i];
    const most = greatest(counter.value);
    drawArea(drawing, counter, layout.counters[i], most, theme.series[(i + 2) % theme.series.length]);
    ctx.strokeStyle = theme.line;
    ctx.lineWidth = 1;
    ctx.strokeRect(layout.left, top + height + 0.5, right - layout.left, 0);
    ctx.textAlign = 'left';
    ctx.textBaseline = 'top';
    ctx.fillStyle = theme.ink;
    ctx.fillText(fitted(ctx, counter.name, layout.left - 8), 0, top + 4);
    ctx.fillStyle = theme.muted;
    ctx.fillText(fitted(ctx, `≤ ${formatValue(counter, most)}`, layout.left - 8), 0, top + 20);
  }
}

export function formatValue({ unit }: Counter, value: number): string {
  return unit === 'bytes' ? formatBytes(value) : formatCount(value);
}

function greatest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

function drawArea({ ctx, scale, layout, right }: Drawing, { atNs, value }: Counter, { top, height }: CounterBox, most: number, color: string): void {
  const times = Float64Array.from(atNs);
  const y = (of: number): number => top + height - (most > 0 ? of / most : 0) * height;
  const first = Math.max(0, firstAfter(times, scale.fromNs) - 1);
  const end = firstAfter(times, scale.toNs);
  if (first >= end) return;
  const start = Math.max(layout.left, scale.x(times[first]));
  ctx.beginPath();
  ctx.moveTo(start, y(value[first]));
  for (let i = first + 1; i < end; i++) {
    ctx.lineTo(scale.x(times[i]), y(value[i - 1]));
    ctx.lineTo(scale.x(times[i]), y(value[i]));
  }
  ctx.lineTo(right, y(value[end - 1]));
  ctx.strokeStyle = color;
  ctx.lineWidth = 1.5;
  ctx.stroke();
  ctx.lineTo(right, top + height);
  ctx.lineTo(start, top + height);
  ctx.fillStyle = color;
  ctx.globalAlpha = 0.2;
  ctx.fill();
  ctx.globalAlpha = 1;
}
