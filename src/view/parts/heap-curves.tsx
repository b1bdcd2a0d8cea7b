/** The curves of a heap over time, with the pauses as bars below, on one axis of time. */
import { useState } from 'preact/hooks';
import { formatBytes, formatNs } from '../../base/units.ts';
import { allocatedOf, momentAt, roundTicks, type Moment, type PauseRow } from '../heap-history.ts';
import type { Theme } from '../theme.tsx';
import { Canvas, type Surface } from './canvas.tsx';

export interface HeapCurve {
  readonly name: string;
  readonly about: string;
  readonly value: (moment: Moment) => number | null;
  readonly color: (theme: Theme) => string;
  readonly dash?: readonly number[];
  /** The curve of the allocated bytes: filled, and with the exact values at the pauses. */
  readonly isFilled?: boolean;
  readonly width: number;
}

export const CURVES: readonly HeapCurve[] = [
  { name: 'arena', about: 'taken by the heap so far', value: ({ arena }) => arena, color: ({ muted }) => muted, dash: [1, 3], width: 1.25 },
  { name: 'spans in use', about: 'blocks, free ones too, and stacks', value: ({ inUse }) => inUse, color: ({ series }) => series[3], width: 1.25 },
  { name: 'goal', about: 'the next collection starts here', value: ({ goal }) => goal, color: ({ series }) => series[1], dash: [5, 3], width: 1.25 },
  { name: 'allocated', about: 'not yet swept away', value: ({ allocated }) => allocated, color: ({ series }) => series[0], isFilled: true, width: 1.75 },
  { name: 'live', about: 'found by the mark, or still to be swept', value: ({ live }) => live, color: ({ series }) => series[2], width: 1.75 },
];

interface HeapCurvesProps {
  readonly label: string;
  readonly moments: readonly Moment[];
  readonly pauses: readonly PauseRow[];
  readonly endNs: number;
  /** The moment of the cursor, by index. */
  readonly cursor: number;
  readonly onCursor: (index: number) => void;
}

/** CSS pixels. */
const LEFT = 64;
const RIGHT = 8;
const TOP = 8;
const CURVES_HEIGHT = 260;
const GAP = 22;
const PAUSES_HEIGHT = 72;
const AXIS = 22;
const HEIGHT = TOP + CURVES_HEIGHT + GAP + PAUSES_HEIGHT + AXIS;

export function HeapCurves({ label, moments, pauses, endNs, cursor, onCursor }: HeapCurvesProps) {
  const [width, setWidth] = useState(960);
  const plot = Math.max(1, width - LEFT - RIGHT);
  const x = (ns: number) => LEFT + (ns / Math.max(1, endNs)) * plot;

  function draw(surface: Surface): void {
    drawTimes(surface, endNs, x, plot);
    drawHeap(surface, moments, pauses, x);
    drawPauses(surface, pauses, x);
    const { ctx, theme } = surface;
    if (moments.length === 0) return;
    ctx.strokeStyle = theme.ink;
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.moveTo(x(moments[cursor].atNs), TOP);
    ctx.lineTo(x(moments[cursor].atNs), HEIGHT - AXIS);
    ctx.stroke();
  }

  return (
    <Canvas
      label={label}
      height={HEIGHT}
      draw={draw}
      onWidth={setWidth}
      style={{ height: `${HEIGHT}px`, cursor: 'crosshair', touchAction: 'pan-y' }}
      onPointerMove={({ offsetX }) => moments.length > 0 && onCursor(momentAt(moments, ((offsetX - LEFT) / plot) * endNs))}
    />
  );
}

type ToX = (ns: number) => number;

function drawTimes({ ctx, theme }: Surface, endNs: number, x: ToX, plot: number): void {
  ctx.fillStyle = theme.muted;
  ctx.strokeStyle = theme.line;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'top';
  ctx.lineWidth = 1;
  for (const ns of roundTicks(endNs, Math.max(2, plot / 110), 10)) {
    const at = Math.round(x(ns)) + 0.5;
    ctx.beginPath();
    ctx.moveTo(at, TOP);
    ctx.lineTo(at, HEIGHT - AXIS + 4);
    ctx.stroke();
    ctx.fillText(ns === 0 ? '0' : shortNs(ns), Math.min(at, LEFT + plot - 14), HEIGHT - AXIS + 7);
  }
}

/** Returns "500 ms" for a round number. */
function shortNs(ns: number): string {
  return withoutZeros(formatNs(ns));
}

/** Returns "1.2 s" for "1.20 s", and "4 MB" for "4.00 MB". */
function withoutZeros(text: string): string {
  return text.replace(/\.?0+(?= )/, (zeros, at: number) => (text.lastIndexOf('.', at) >= 0 ? '' : zeros));
}

/** Draws marks of one axis of values with their lines. */
function drawValues({ ctx, theme, width }: Surface, ticks: readonly number[], y: (value: number) => number, text: (value: number) => string): void {
  ctx.textAlign = 'right';
  ctx.textBaseline = 'middle';
  ctx.lineWidth = 1;
  for (const tick of ticks) {
    const at = Math.round(y(tick)) + 0.5;
    ctx.strokeStyle = theme.line;
    ctx.beginPath();
    ctx.moveTo(LEFT, at);
    ctx.lineTo(width - RIGHT, at);
    ctx.stroke();
    ctx.fillStyle = theme.muted;
    ctx.fillText(text(tick), LEFT - 8, at);
  }
}

function drawHeap(surface: Surface, moments: readonly Moment[], pauses: readonly PauseRow[], x: ToX): void {
  const { ctx, theme } = surface;
  let most = 1;
  for (const moment of moments) for (const { value } of CURVES) most = Math.max(most, value(moment) ?? 0);
  for (const { allocated } of pauses) most = Math.max(most, allocated);
  const bottom = TOP + CURVES_HEIGHT;
  const y = (bytes: number) => bottom - (bytes / (most * 1.04)) * CURVES_HEIGHT;
  drawValues(surface, roundTicks(most, 5, 2), y, (bytes) => (bytes === 0 ? '0' : withoutZeros(formatBytes(bytes))));
  for (const { value, color, dash = [], isFilled, width } of CURVES) {
    ctx.strokeStyle = color(theme);
    ctx.lineWidth = width;
    ctx.lineJoin = 'round';
    ctx.setLineDash([...dash]);
    ctx.beginPath();
    let isDrawing = false;
    for (const { atNs, bytes } of isFilled ? allocatedOf(moments, pauses) : moments.map((moment) => ({ atNs: moment.atNs, bytes: value(moment) }))) {
      if (bytes !== null) ctx[isDrawing ? 'lineTo' : 'moveTo'](x(atNs), y(bytes));
      isDrawing = bytes !== null;
    }
    ctx.stroke();
    if (!isFilled || moments.length === 0) continue;
    ctx.lineTo(x(moments[moments.length - 1].atNs), bottom);
    ctx.lineTo(x(moments[0].atNs), bottom);
    ctx.globalAlpha = 0.1;
    ctx.fillStyle = color(theme);
    ctx.fill();
    ctx.globalAlpha = 1;
  }
  ctx.setLineDash([]);
}

function drawPauses(surface: Surface, pauses: readonly PauseRow[], x: ToX): void {
  const { ctx, theme } = surface;
  const most = pauses.reduce((longest, { durationNs }) => Math.max(longest, durationNs), 1);
  const top = TOP + CURVES_HEIGHT + GAP;
  const bottom = top + PAUSES_HEIGHT;
  const y = (ns: number) => bottom - (ns / most) * PAUSES_HEIGHT;
  ctx.fillStyle = theme.muted;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'bottom';
  ctx.fillText('Pauses', LEFT, top - 4);
  drawValues(surface, pauses.length === 0 ? [0] : roundTicks(most, 3, 10), y, (ns) => (ns === 0 ? '0' : shortNs(ns)));
  ctx.fillStyle = theme.bad;
  for (const { startNs, durationNs } of pauses) ctx.fillRect(x(startNs), y(durationNs), Math.max(1, x(startNs + durationNs) - x(startNs)), bottom - y(durationNs));
}
