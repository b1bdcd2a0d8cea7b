/**
 * Draws the slices that are in view. Slices narrower than a pixel are merged: a pixel shows the longest of them, so a
 * frame takes at most as many rectangles as the lanes have pixels.
 */
import type { Color } from './colors.ts';
import type { LaneBox, Layout, Scale } from './layout.ts';
import { factsOf, firstAfter, type Level, type Prepared, type SliceRef } from './prepared.ts';

/** What the drawing functions draw with. */
export interface Drawing {
  readonly ctx: CanvasRenderingContext2D;
  readonly prepared: Prepared;
  readonly layout: Layout;
  readonly scale: Scale;
  readonly colors: readonly Color[];
  /** Right edge of the lanes, pixels. */
  readonly right: number;
}

/** Of a kind that the timeline does not declare. */
const UNKNOWN: Color = { fill: '#888888', text: '#000000' };
/** A narrower slice has no room for a name. */
const LEAST_LABEL = 24;
/** A longer detail is never measured. */
const MOST_DETAIL = 100;
/** Lower rows have no room for names. */
const LEAST_ROW = 13;

interface Label {
  readonly slice: SliceRef;
  readonly left: number;
  readonly width: number;
  readonly y: number;
  readonly color: string;
}

/** Draws the slices of all lanes, with their names where they fit. */
export function drawSlices(drawing: Drawing): void {
  const { ctx, prepared, layout, colors } = drawing;
  const rects = new Map<number, number[]>();
  const labels: Label[] = [];
  for (const [lane, box] of layout.lanes.entries()) {
    for (const [depth, level] of prepared.levels[lane].entries()) collect(drawing, lane, level, box, box.top + depth * box.rowHeight, rects, labels);
  }
  for (const [kind, coordinates] of rects) {
    ctx.fillStyle = (colors[kind] ?? UNKNOWN).fill;
    for (let i = 0; i < coordinates.length; i += 4) ctx.fillRect(coordinates[i], coordinates[i + 1], coordinates[i + 2], coordinates[i + 3]);
  }
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  for (const { slice, left, width, y, color } of labels) {
    const { kind, detail } = factsOf(prepared, slice);
    ctx.fillStyle = color;
    ctx.fillText(nameThatFits(ctx, kind, detail, width), left, y);
  }
}

/** Appends the rectangles of a level to those of their kinds, and the names that have room to `labels`. */
function collect({ scale, layout, right, colors }: Drawing, lane: number, level: Level, { rowHeight }: LaneBox, top: number, rects: Map<number, number[]>, labels: Label[]): void {
  const { startNs, endNs, kind } = level;
  const height = rowHeight - 1;
  let pixel = -1;
  let longest = 0;
  let merged = -1;
  const put = (of: number, x: number, width: number): void => {
    const list = rects.get(of);
    if (list === undefined) rects.set(of, [x, top, width, height]);
    else list.push(x, top, width, height);
  };
  const flush = (): void => {
    if (merged >= 0) put(merged, pixel, 1);
    merged = -1;
  };
  for (let i = firstAfter(endNs, scale.fromNs); i < startNs.length && startNs[i] < scale.toNs; i++) {
    const from = Math.max(layout.left, scale.x(startNs[i]));
    const to = Math.min(right, scale.x(endNs[i]));
    if (to - from >= 1) {
      flush();
      // Neighbours of one kind stay apart.
      put(kind[i], from, to - from > 3 ? to - from - 0.5 : to - from);
      if (to - from >= LEAST_LABEL && rowHeight >= LEAST_ROW) labels.push({ slice: { lane, slice: level.slice[i] }, left: from + 4, width: to - from - 8, y: top + height / 2 + 0.5, color: (colors[kind[i]] ?? UNKNOWN).text });
      continue;
    }
    if (Math.floor(from) !== pixel || merged < 0) {
      flush();
      pixel = Math.floor(from);
      longest = -1;
    }
    if (endNs[i] - startNs[i] > longest) {
      longest = endNs[i] - startNs[i];
      merged = kind[i];
    }
  }
  flush();
}

/** Returns the kind and the detail if both fit, the kind if it fits, or nothing. */
function nameThatFits(ctx: CanvasRenderingContext2D, kind: string, detail: string | undefined, width: number): string {
  if (textWidth(ctx, kind) > width) return '';
  const both = `${kind}  ${detail}`;
  return detail !== undefined && detail.length < MOST_DETAIL && ctx.measureText(both).width <= width ? both : kind;
}

const widths = new Map<string, number>();

/** Returns the width of a kind's name; it is measured once. */
function textWidth(ctx: CanvasRenderingContext2D, text: string): number {
  const known = widths.get(text);
  if (known !== undefined) return known;
  const width = text.length < MOST_DETAIL ? ctx.measureText(text).width : Infinity;
  widths.set(text, width);
  return width;
}

/** Outlines a slice. */
export function outlineSlice(drawing: Drawing, { lane, slice }: SliceRef, color: string): void {
  const { ctx, prepared, layout, scale, right } = drawing;
  const depth = prepared.levels[lane].findIndex((level) => level.slice.includes(slice));
  const box = layout.lanes[lane];
  const { startNs, durationNs } = factsOf(prepared, { lane, slice });
  const from = Math.max(layout.left, scale.x(startNs));
  const to = Math.min(right, scale.x(startNs + durationNs));
  if (to < layout.left || from > right) return;
  ctx.strokeStyle = color;
  ctx.lineWidth = 2;
  ctx.strokeRect(from - 1, box.top + depth * box.rowHeight - 1, Math.max(2, to - from) + 1.5, box.rowHeight + 1);
}
