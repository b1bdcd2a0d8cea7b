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

/** Draws the flows in view; those that touch `slice` are strong, and others fade. */
export function drawFlows(drawing: Drawing, theme: Theme, slice: SliceRef | undefined): void {
  const { ctx, prepared, scale } = drawing;
  const { flows, lanes } = prepared.timeline;
  const shown = new Set<string>();
  const distinct: Flow[] = [];
  for (const flow of flows) {
    if (flow.to.atNs < scale.fromNs || flow.from.atNs > scale.toNs || flow.from.lane >= lanes.length || flow.to.lane >= lanes.length) continue;
    // Arrows on the same pixels look like one.
    const place = `${flow.from.lane} ${flow.to.lane} ${Math.round(scale.x(flow.from.atNs) / 2)} ${Math.round(scale.x(flow.to.atNs) / 2)}`;
    if (shown.has(place)) continue;
    shown.add(place);
    distinct.push(flow);
  }
  ctx.save();
  clip(drawing);
  ctx.globalAlpha = Math.max(FAINTEST, Math.min(0.8, CLEAR_FLOWS / distinct.length));
  for (const flow of distinct) drawFlow(drawing, flow, theme, 1);
  if (slice !== undefined) {
    ctx.globalAlpha = 1;
    for (const flow of flowsAt(prepared.timeline, slice)) drawFlow(drawing, flow, theme, 2);
  }
  ctx.restore();
}

/** Returns the flows that begin or end within a slice. */
export function flowsAt(timeline: Timeline, { lane, slice }: SliceRef): Flow[] {
  const { startNs, durationNs } = timeline.lanes[lane];
  const touches = (end: Flow['from']): boolean => end.lane === lane && end.atNs >= startNs[slice] && end.atNs <= startNs[slice] + durationNs[slice];
  return timeline.flows.filter(({ from, to }) => from.lane < timeline.lanes.length && to.lane < timeline.lanes.length && (touches(from) || touches(to)));
}

function drawFlow({ ctx, scale, layout }: Drawing, { kind, from, to }: Flow, theme: Theme, width: number): void {
  const [source, target] = [layout.lanes[from.lane], layout.lanes[to.lane]];
  const isDown = to.lane > from.lane;
  const [x1, x2] = [scale.x(from.atNs), scale.x(to.atNs)];
  const [y1, y2] = [isDown ? bottom(source) : source.top, isDown ? target.top : bottom(target)];
  const bend = Math.max(12, Math.abs(y2 - y1) / 2) * (isDown ? 1 : -1);
  ctx.strokeStyle = kind === 'steal' ? theme.series[1] : theme.series[4];
  ctx.fillStyle = ctx.strokeStyle;
  ctx.lineWidth = width;
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.bezierCurveTo(x1, y1 + bend, x2, y2 - bend, x2, y2);
  ctx.stroke();
  const tip = isDown ? 5 : -5;
  ctx.beginPath();
  ctx.moveTo(x2, y2);
  ctx.lineTo(x2 - 3, y2 - tip);
  ctx.lineTo(x2 + 3, y2 - tip);
  ctx.fill();
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
