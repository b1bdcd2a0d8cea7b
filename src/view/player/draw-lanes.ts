/** Draws the lanes: the steps around the current one, and an overview of all. */
import { formatCount } from '../../base/units.ts';
import type { Surface } from '../parts/canvas.tsx';
import type { Execution } from './execution.ts';
import type { Interval } from './intervals.ts';
import { STEP_KINDS, stepKind } from './kinds.ts';
import { AXIS, GUTTER, laneHeight, leftOf, stepTicks, type Window } from './lane-layout.ts';

/** Space between a lane's edges and its steps. */
const PADDING = 7;
/** Steps of this width and more have a gap between them. */
const WIDE = 6;

export interface LanesPicture {
  readonly execution: Execution;
  readonly intervals: readonly (readonly Interval[])[];
  readonly window: Window;
  readonly step: number;
}

/** Draws the steps of the window, a lane for each thread. */
export function drawLanes(surface: Surface, picture: LanesPicture): void {
  const { ctx, width, height, theme } = surface;
  const { execution, window, step } = picture;
  const x = leftOf(window, step);
  ctx.fillStyle = `${theme.accent}33`;
  ctx.fillRect(x, AXIS - 4, Math.max(2, window.stepWidth), height);
  drawTicks(surface, window, execution);
  drawNames(surface, execution, execution.threadAt(step));
  ctx.save();
  ctx.beginPath();
  ctx.rect(GUTTER, 0, width - GUTTER, height);
  ctx.clip();
  drawStates(surface, picture);
  drawSwitches(surface, picture);
  drawWakeUps(surface, picture);
  drawSteps(surface, picture);
  ctx.restore();
  ctx.fillStyle = theme.accent;
  const middle = x + Math.max(2, window.stepWidth) / 2;
  ctx.beginPath();
  ctx.moveTo(middle - 5, AXIS - 10);
  ctx.lineTo(middle + 5, AXIS - 10);
  ctx.lineTo(middle, AXIS - 4);
  ctx.fill();
}

function topOf(thread: number, execution: Execution): number {
  return AXIS + thread * laneHeight(execution.player.threads.length);
}

/** Space that the badge of a critical access needs to each side. */
const BADGE = 22;

function drawTicks({ ctx, theme }: Surface, window: Window, { player: { omitted, moments } }: Execution): void {
  ctx.textBaseline = 'top';
  ctx.textAlign = 'center';
  ctx.fillStyle = theme.muted;
  for (const tick of stepTicks(window, omitted)) {
    if (moments.some(({ step }) => Math.abs(step - tick) * window.stepWidth < BADGE)) continue;
    ctx.fillText(formatCount(tick + omitted + 1), leftOf(window, tick) + window.stepWidth / 2, 0);
  }
}

function drawNames({ ctx, width, theme }: Surface, execution: Execution, running: number): void {
  const height = laneHeight(execution.player.threads.length);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  execution.player.threads.forEach(({ name }, thread) => {
    const top = topOf(thread, execution);
    ctx.fillStyle = theme.line;
    ctx.fillRect(0, top + height - 1, width, 1);
    ctx.fillStyle = thread === running ? theme.ink : theme.muted;
    ctx.fillText(name.slice(0, 40), 0, top + height / 2, GUTTER - 8);
  });
}

/** Draws what threads do between their steps: a line while they hold a lock, a dashed one while they wait. */
function drawStates({ ctx, theme }: Surface, { execution, intervals, window }: LanesPicture): void {
  const height = laneHeight(execution.player.threads.length);
  intervals.forEach((list, thread) => {
    const top = topOf(thread, execution);
    for (const { from, to, kind } of list) {
      if (to <= window.first || from >= window.end) continue;
      const [left, right] = [leftOf(window, Math.max(from, window.first)), leftOf(window, Math.min(to, window.end))];
      if (kind === 'holds') {
        ctx.fillStyle = theme.series[2];
        ctx.fillRect(left, top + height - 5, right - left, 3);
        continue;
      }
      ctx.strokeStyle = kind === 'sleeps' ? theme.series[1] : theme.series[6];
      ctx.lineWidth = 1.5;
      ctx.setLineDash(kind === 'sleeps' ? [2, 4] : [6, 3]);
      ctx.beginPath();
      ctx.moveTo(left, top + height / 2);
      ctx.lineTo(right, top + height / 2);
      ctx.stroke();
    }
  });
  ctx.setLineDash([]);
}

function drawSwitches({ ctx, theme }: Surface, { execution, window }: LanesPicture): void {
  const middle = laneHeight(execution.player.threads.length) / 2;
  for (let step = Math.max(1, window.first); step < window.end; step++) {
    const [from, to] = [execution.threadAt(step - 1), execution.threadAt(step)];
    if (from === to) continue;
    const isPreemption = execution.preemptedBefore(step) >= 0;
    const x = leftOf(window, step);
    ctx.strokeStyle = isPreemption ? theme.ink : theme.muted;
    ctx.lineWidth = isPreemption ? 2 : 1;
    ctx.beginPath();
    ctx.moveTo(x, topOf(from, execution) + middle);
    ctx.lineTo(x, topOf(to, execution) + middle);
    ctx.stroke();
    if (!isPreemption) continue;
    ctx.fillStyle = theme.ink;
    ctx.beginPath();
    ctx.arc(x, topOf(from, execution) + middle, 3.5, 0, 2 * Math.PI);
    ctx.fill();
  }
}

/** Draws an arrow from each step that wakes a thread to that thread's lane. */
function drawWakeUps({ ctx, theme }: Surface, { execution, window }: LanesPicture): void {
  const { waits, threads } = execution.player;
  const height = laneHeight(threads.length);
  ctx.strokeStyle = ctx.fillStyle = theme.series[1];
  ctx.lineWidth = 1.5;
  waits.step.forEach((step, i) => {
    if (waits.by[i] < 0 || step < window.first || step >= window.end) return;
    const x = leftOf(window, step) + window.stepWidth / 2;
    const [from, to] = [topOf(waits.by[i], execution) + height / 2, topOf(waits.thread[i], execution) + height / 2];
    const back = Math.sign(from - to) * 6;
    ctx.beginPath();
    ctx.moveTo(x, from);
    ctx.lineTo(x, to + back);
    ctx.stroke();
    ctx.beginPath();
    ctx.moveTo(x - 4, to + back);
    ctx.lineTo(x + 4, to + back);
    ctx.lineTo(x, to);
    ctx.fill();
  });
}

function drawSteps({ ctx, theme }: Surface, { execution, window }: LanesPicture): void {
  const height = laneHeight(execution.player.threads.length) - 2 * PADDING;
  const { kind } = execution.player.steps;
  const gap = window.stepWidth >= WIDE ? 2 : 0;
  const boxWidth = Math.max(1, window.stepWidth - gap);
  for (let step = window.first; step < window.end; step++) {
    ctx.fillStyle = theme.series[STEP_KINDS[stepKind(kind[step])].color];
    ctx.fillRect(leftOf(window, step) + gap / 2, topOf(execution.threadAt(step), execution) + PADDING, boxWidth, height);
  }
  execution.player.moments.forEach(({ step }, i) => {
    if (step < window.first || step >= window.end) return;
    const [x, y] = [leftOf(window, step), topOf(execution.threadAt(step), execution) + PADDING];
    ctx.strokeStyle = theme.bad;
    ctx.lineWidth = 2;
    ctx.strokeRect(x - 1, y - 3, window.stepWidth + 2, height + 6);
    badge(ctx, String(i + 1), x + window.stepWidth / 2, AXIS - 16, theme.bad, theme.paper);
  });
}

function badge(ctx: CanvasRenderingContext2D, text: string, x: number, y: number, color: string, ink: string): void {
  ctx.fillStyle = color;
  ctx.beginPath();
  ctx.arc(x, y, 8, 0, 2 * Math.PI);
  ctx.fill();
  ctx.fillStyle = ink;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.fillText(text, x, y + 0.5);
}

/** The height of the overview's marks above its lanes. */
const MARKS = 12;
const OVERVIEW_LANE = 7;

export function overviewHeight(threads: number): number {
  return MARKS + threads * OVERVIEW_LANE + 2;
}

/** Draws the whole execution: which thread ran when, with preemptions and critical accesses marked above. */
export function drawOverview({ ctx, width, height, theme }: Surface, execution: Execution): void {
  const { length, player } = execution;
  const scale = (width - GUTTER) / length;
  ctx.textBaseline = 'top';
  ctx.fillStyle = theme.muted;
  ctx.fillText('all steps', 0, MARKS - 4, GUTTER - 8);
  ctx.fillStyle = theme.muted;
  for (let start = 0, step = 1; step <= length; step++) {
    if (step < length && execution.threadAt(step) === execution.threadAt(start)) continue;
    ctx.fillRect(GUTTER + start * scale, MARKS + execution.threadAt(start) * OVERVIEW_LANE, Math.max(0.75, (step - start) * scale), OVERVIEW_LANE - 1);
    start = step;
  }
  ctx.fillStyle = theme.ink;
  for (const step of player.preemptions.step) ctx.fillRect(GUTTER + step * scale - 0.5, 3, 1, MARKS - 4);
  ctx.fillStyle = theme.bad;
  for (const { step } of player.moments) ctx.fillRect(GUTTER + step * scale - 1, 0, 2, height);
}
