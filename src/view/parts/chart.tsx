/** Curves over a common axis, by uPlot: measured points with intervals, dashed laws, names at the ends of the curves. */
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { useTheme, type Theme } from '../theme.tsx';

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Bounds of y, drawn as a whisker. */
  readonly low?: number;
  readonly high?: number;
}

export interface Curve {
  readonly name: string;
  /** Index into Theme.series; undefined for a quiet reference line. */
  readonly color?: number;
  readonly points: readonly Point[];
  /** Measured points have dots; predicted ones rings; a law is dashed, a bound dotted; a line has no dots; an area is filled down to the axis. */
  readonly form: 'line' | 'measured' | 'predicted' | 'law' | 'bound' | 'area';
}

export interface Axis {
  readonly name: string;
  readonly isLog?: boolean;
  readonly format: (value: number) => string;
  /** The least and greatest value; without it the axis fits the curves. */
  readonly range?: readonly [number, number];
  /** The only values that are marked. */
  readonly ticks?: readonly number[];
}

interface ChartProps {
  readonly label: string;
  readonly curves: readonly Curve[];
  readonly x: Axis;
  readonly y: Axis;
  readonly height?: number;
}

const HEIGHT = 300;
const DASHES: Readonly<Partial<Record<Curve['form'], number[]>>> = { law: [6, 4], bound: [1, 4] };

export function Chart({ label, curves, x, y, height = HEIGHT }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  useEffect(() => {
    const host = place.current!;
    const plot = new uPlot(optionsOf({ label, curves, x, y, height }, host.clientWidth, theme), dataOf(curves), host);
    const observer = new ResizeObserver(() => plot.setSize({ width: host.clientWidth, height }));
    observer.observe(host);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  });
  return <div ref={place} class="chart" role="img" aria-label={label} style={{ minHeight: `${height}px` }} />;
}

/** Returns uPlot's columns: all x, then for each curve its y or null. */
function dataOf(curves: readonly Curve[]): uPlot.AlignedData {
  const xs = [...new Set(curves.flatMap(({ points }) => points.map((point) => point.x)))].sort((a, b) => a - b);
  const columns = curves.map(({ points }) => {
    const byX = new Map(points.map((point) => [point.x, point.y]));
    return xs.map((each) => byX.get(each) ?? null);
  });
  return [xs, ...columns] as uPlot.AlignedData;
}

function optionsOf({ curves, x, y, height = HEIGHT }: ChartProps, width: number, theme: Theme): uPlot.Options {
  const axis = ({ name, format, ticks, isLog }: Axis): uPlot.Axis => ({
    label: name,
    labelFont: theme.font,
    font: theme.font,
    stroke: theme.muted,
    grid: { stroke: theme.line, width: 1 },
    ticks: { stroke: theme.line, width: 1 },
    values: (_, values) => values.map((value) => (value === null ? '' : format(value))),
    // uPlot leaves out values of logarithmic axes unless told otherwise.
    ...(ticks !== undefined ? { splits: () => [...ticks], filter: (_: uPlot, splits: number[]) => splits } : isLog ? { splits: (_: uPlot, __: number, low: number, high: number) => logTicks(low, high) } : {}),
    labelGap: 0,
    labelSize: 20,
  });
  const scale = ({ isLog, range }: Axis): uPlot.Scale => ({
    time: false, distr: isLog ? 3 : 1, log: 2, ...(range === undefined ? {} : { range: [range[0], range[1]] }),
  });
  return {
    width,
    height,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { size: 7 } },
    padding: [12, 96, 0, 0],
    scales: { x: scale(x), y: scale(y) },
    axes: [axis(x), { ...axis(y), size: 64 }],
    series: [{}, ...curves.map((curve) => seriesOf(curve, theme))],
    hooks: { draw: [(plot) => drawIntervals(plot, curves, theme), (plot) => drawNames(plot, curves, theme)] },
  };
}

/** Returns 1, 2 and 5 times the powers of ten between two bounds. */
function logTicks(low: number, high: number): number[] {
  const ticks: number[] = [];
  for (let power = 10 ** Math.floor(Math.log10(low)); power <= high; power *= 10) ticks.push(...[1, 2, 5].map((n) => n * power).filter((tick) => tick >= low && tick <= high));
  return ticks;
}

function colorOf({ color }: Curve, theme: Theme): string {
  return color === undefined ? theme.muted : theme.series[color % theme.series.length];
}

function seriesOf(curve: Curve, theme: Theme): uPlot.Series {
  const stroke = colorOf(curve, theme);
  const { form } = curve;
  return {
    label: curve.name,
    stroke,
    width: form === 'measured' || form === 'line' || form === 'area' ? 2 : 1.5,
    dash: DASHES[form],
    spanGaps: true,
    fill: form === 'area' ? `${stroke}22` : undefined,
    points: { show: form === 'measured' || form === 'predicted', size: 7, stroke, fill: form === 'measured' ? stroke : theme.paper },
  };
}

function drawIntervals(plot: uPlot, curves: readonly Curve[], theme: Theme): void {
  const { ctx } = plot;
  ctx.save();
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.setLineDash([]);
  const cap = 4 * devicePixelRatio;
  for (const curve of curves) {
    ctx.strokeStyle = colorOf(curve, theme);
    for (const { x, low, high } of curve.points) {
      if (low === undefined || high === undefined) continue;
      const at = plot.valToPos(x, 'x', true);
      const ends = [low, high].map((bound) => plot.valToPos(bound, 'y', true));
      ctx.beginPath();
      ctx.moveTo(at, ends[0]);
      ctx.lineTo(at, ends[1]);
      for (const end of ends) {
        ctx.moveTo(at - cap, end);
        ctx.lineTo(at + cap, end);
      }
      ctx.stroke();
    }
  }
  ctx.restore();
}

/** Writes each curve's name right of its last point. Names in the margin are moved apart where they would overlap. */
function drawNames(plot: uPlot, curves: readonly Curve[], theme: Theme): void {
  const { ctx, bbox } = plot;
  const line = 14 * devicePixelRatio;
  const names = curves
    .filter(({ points }) => points.length > 0)
    .map((curve) => {
      const { x, y } = curve.points[curve.points.length - 1];
      return { curve, left: plot.valToPos(x, 'x', true), at: Math.max(bbox.top, Math.min(bbox.top + bbox.height, plot.valToPos(y, 'y', true))) };
    })
    .sort((a, b) => a.at - b.at);
  const edge = bbox.left + bbox.width;
  const inMargin = names.filter(({ left }) => left > edge - line);
  for (let i = 1; i < inMargin.length; i++) inMargin[i].at = Math.max(inMargin[i].at, inMargin[i - 1].at + line);
  for (let i = inMargin.length - 1, most = bbox.top + bbox.height; i >= 0; i--, most -= line) inMargin[i].at = Math.min(inMargin[i].at, most);
  ctx.save();
  ctx.font = theme.font.replace('12px', `${12 * devicePixelRatio}px`);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  const right = plot.width * devicePixelRatio;
  for (const { curve, left, at } of names) {
    const start = left + 7 * devicePixelRatio;
    ctx.fillStyle = colorOf(curve, theme);
    ctx.fillText(fitted(ctx, curve.name, right - start), start, at);
  }
  ctx.restore();
}

/** Returns `text`, cut with an ellipsis where it is wider than `width`. */
export function fitted(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  let short = text.slice(0, 200);
  if (short === text && ctx.measureText(short).width <= width) return text;
  while (short.length > 1 && ctx.measureText(`${short}…`).width > width) short = short.slice(0, -1);
  return `${short}…`;
}
