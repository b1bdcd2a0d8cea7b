/** Draws what ties lanes together: flows as arrows, and the critical path as a band above its lanes. */
import type { CriticalPath } from '../../report/critical-path.ts';
import { IN_TRANSIT } from '../../report/critical-path.ts';
import { NO_KIND } from '../../report/lane-slices.ts';
import { isWaiting } from '../../report/collections.ts';
import type { Timeline } from '../../report/timeline.ts';
import type { Theme } from '../theme.tsx';
import type { Drawing } from './draw-slices.ts';
import type { LaneBox } from './layout.ts';
import type { SliceRef } from './prepared.ts';

type Flow = Timeline['flows'][number];

/** So many arrows are drawn in full strength; more of them are fainter. */
const CLEAR_FLOWS = 24;
const FAINTEST = 0.12;
/** At most so many are drawn. */
export const MOST_FLOWS = 500;
/** Arrows whose ends are so near to each other look like one, pixels. */
const NEAR = 2;
/** More columns than a canvas has pixels. */
const COLUMNS = 1 << 16;

/** Draws the flows in view; those that touch `slice` are strong, and others fade. */
export function drawFlows(drawing: Drawing, theme: Theme, slice: SliceRef | undefined): void {
  const { ctx, prepared } = drawing;
  const distinct = distinctFlows(drawing);
  ctx.save();
  clip(drawing);
  ctx.globalAlpha = Math.max(FAINTEST, Math.min(0.8, CLEAR_FLOWS / distinct.length));
  strokeFlows(drawing, distinct, theme, 1);
  if (slice !== undefined) {
    ctx.globalAlpha = 1;
    strokeFlows(drawing, flowsAt(prepared.timeline, slice), theme, 2);
  }
  ctx.restore();
}

/** Returns the flows in view: of those whose ends are at almost the same places only the first, and of too many only some. */
function distinctFlows({ prepared, scale }: Drawing): Flow[] {
  const { flows, lanes } = prepared.timeline;
  const inView = flows.filter(({ from, to }) => to.atNs >= scale.fromNs && from.atNs <= scale.toNs && from.lane < lanes.length && to.lane < lanes.length);
  const places = new Map<number, Flow>();
  for (const flow of inView) {
    const column = Math.round(scale.x(flow.from.atNs) / NEAR) * COLUMNS + Math.round(scale.x(flow.to.atNs) / NEAR);
    const place = (column * lanes.length + flow.from.lane) * lanes.length + flow.to.lane;
    if (!places.has(place)) places.set(place, flow);
  }
  const every = Math.ceil(places.size / MOST_FLOWS);
  return [...places.values()].filter((_, i) => i % every === 0);
}

/** Returns the flows that begin or end within a slice. */
export function flowsAt(timeline: Timeline, { lane, slice }: SliceRef): Flow[] {
  const { startNs, durationNs } = timeline.lanes[lane];
  const touches = (end: Flow['from']): boolean => end.lane === lane && end.atNs >= startNs[slice] && end.atNs <= startNs[slice] + durationNs[slice];
  return timeline.flows.filter(({ from, to }) => from.lane < timeline.lanes.length && to.lane < timeline.lanes.length && (touches(from) || touches(to)));
}

/** Strokes flows as curves from the edge of one lane to that of another, with a tip where the work was taken. */
function strokeFlows(drawing: Drawing, flows: readonly Flow[], theme: Theme, width: number): void {
  const { ctx } = drawing;
  for (const [kind, color] of [['handoff', theme.series[4]], ['steal', theme.series[1]]] as const) {
    const curves = new Path2D();
    const tips = new Path2D();
    for (const flow of flows) if (flow.kind === kind) addFlow(drawing, flow, curves, tips);
    ctx.strokeStyle = color;
    ctx.fillStyle = color;
    ctx.lineWidth = width;
    ctx.stroke(curves);
    ctx.fill(tips);
  }
}

function addFlow({ scale, layout }: Drawing, { from, to }: Flow, curves: Path2D, tips: Path2D): void {
  const [source, target] = [layout.lanes[from.lane], layout.lanes[to.lane]];
  const isDown = to.lane > from.lane;
  const [x1, x2] = [scale.x(from.atNs), scale.x(to.atNs)];
  const [y1, y2] = [isDown ? bottom(source) : source.top, isDown ? target.top : bottom(target)];
  const bend = Math.max(12, Math.abs(y2 - y1) / 2) * (isDown ? 1 : -1);
  curves.moveTo(x1, y1);
  curves.bezierCurveTo(x1, y1 + bend, x2, y2 - bend, x2, y2);
  const tip = isDown ? 5 : -5;
  tips.moveTo(x2, y2);
  tips.lineTo(x2 - 3, y2 - tip);
  tips.lineTo(x2 + 3, y2 - tip);
}

function bottom({ top, rowHeight }: LaneBox): number {
  return top + rowHeight;
}

/** Draws the path: a band above the lanes that it goes over, thin and dotted where it waits, and steps between lanes. */
export function drawPath(drawing: Drawing, { segments }: CriticalPath, theme: Theme): void {
  const { ctx, scale, layout, prepared } = drawing;
  const waits = prepared.timeline.kinds.map(({ name }) => isWaiting(name));
  const work = new Path2D();
  const idle = new Path2D();
  let at: { readonly x: number; readonly y: number } | undefined;
  for (const { lane, fromNs, toNs, kind } of segments) {
    if (toNs < scale.fromNs || fromNs > scale.toNs) {
      at = undefined;
      continue;
    }
    const y = layout.lanes[lane].bandY;
    const [x1, x2] = [scale.x(fromNs), scale.x(toNs)];
    if (at !== undefined && at.y !== y) {
      work.moveTo(x1, at.y);
      work.lineTo(x1, y);
    }
    const line = kind === NO_KIND || kind === IN_TRANSIT || waits[kind] ? idle : work;
    line.moveTo(x1, y);
    line.lineTo(Math.max(x2, x1 + 0.5), y);
    at = { x: x2, y };
  }
  ctx.save();
  clip(drawing);
  for (const [color, extra] of [[theme.paper, 3], [theme.ink, 0]] as const) {
    ctx.strokeStyle = color;
    ctx.lineWidth = 3 + extra;
    ctx.setLineDash([]);
    ctx.lineCap = 'square';
    ctx.stroke(work);
    ctx.lineCap = 'butt';
    ctx.setLineDash(extra === 0 ? [2, 3] : []);
    ctx.stroke(idle);
  }
  ctx.restore();
}

/** Keeps what is drawn next off the names and the axis. */
function clip({ ctx, layout, right }: Drawing): void {
  ctx.beginPath();
  ctx.rect(layout.left, 0, right - layout.left, layout.height);
  ctx.clip();
}
