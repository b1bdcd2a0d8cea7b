/** The grid of the heap map: a cell for each page, with a cursor that the pointer and the keyboard move. */
import { useMemo, useRef, useState } from 'preact/hooks';
import { formatBytes, formatCount } from '../../base/units.ts';
import type { HeapMapField } from '../../report/heap-map.ts';
import { painter, type Coloring } from '../heap-map-colors.ts';
import { gridFor, pageAt, type Grid, type MapModel } from '../heap-map-model.ts';
import { useTheme, type Theme } from '../theme.tsx';
import { Canvas, type Surface } from './canvas.tsx';

interface HeapGridProps {
  readonly model: MapModel;
  readonly field: HeapMapField;
  /** Pages of the largest snapshot: the layout is the same for all. */
  readonly mostPages: number;
  readonly coloring: Coloring;
  /** The page under the cursor. */
  readonly page: number | undefined;
  /** The row of the span that is open. */
  readonly opened: number | undefined;
  readonly onPage: (page: number | undefined) => void;
  readonly onOpen: (page: number) => void;
}

/** Height that the grid aims at, CSS pixels. */
const HEIGHT = 700;
/** Cells from this size on show where spans end. */
const SHOWS_ENDS = 5;
/** Rows that Page Up and Page Down move by. */
const LEAP = 16;
/** Width assumed before the canvas is measured. */
const USUAL_WIDTH = 960;

export function HeapGrid({ model, field, mostPages, coloring, page, opened, onPage, onOpen }: HeapGridProps) {
  const theme = useTheme();
  const [width, setWidth] = useState(USUAL_WIDTH);
  const canvas = useRef<HTMLCanvasElement>(null);
  const grid = gridFor(mostPages, width, HEIGHT);
  const pages = model.rowOfPage.length;
  const picture = useMemo(() => paintPages(model, field, coloring, theme, grid), [model, coloring, theme, grid.columns, grid.cell]);

  function pageUnder({ offsetX, offsetY }: MouseEvent): number | undefined {
    return pageAt(grid, pages, offsetX, offsetY);
  }

  function move(event: KeyboardEvent): void {
    const at = page ?? 0;
    const moves: Readonly<Record<string, number>> = {
      ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + grid.columns, ArrowUp: at - grid.columns,
      PageDown: at + LEAP * grid.columns, PageUp: at - LEAP * grid.columns, Home: 0, End: pages - 1,
    };
    if (event.key === 'Enter' || event.key === ' ') onOpen(at);
    else if (event.key in moves) onPage(Math.max(0, Math.min(pages - 1, moves[event.key])));
    else return;
    event.preventDefault();
  }

  function draw({ ctx }: Surface): void {
    ctx.imageSmoothingEnabled = false;
    ctx.drawImage(picture, 0, 0, grid.columns * grid.cell, grid.rows * grid.cell);
    // Pages that the heap takes later.
    if (pages < mostPages) {
      ctx.strokeStyle = theme.line;
      ctx.strokeRect(0.5, 0.5, grid.columns * grid.cell - 1, grid.rows * grid.cell - 1);
    }
    if (opened !== undefined) outline(ctx, grid, model, opened, theme.ink, 2);
    if (page !== undefined && page < pages) outline(ctx, grid, model, model.rowOfPage[page], theme.ink, 1);
  }

  return (
    <Canvas
      canvasRef={canvas}
      label={`Map of ${formatCount(pages)} pages, ${formatBytes(grid.columns * field.pageBytes)} a row, coloured by ${coloring}. The arrow keys move, Enter opens the span. The tables below have the sums.`}
      role="application"
      tabIndex={0}
      height={grid.rows * grid.cell}
      style={{ height: `${grid.rows * grid.cell}px`, cursor: 'crosshair', touchAction: 'pan-y' }}
      draw={draw}
      onWidth={setWidth}
      onPointerMove={(event) => onPage(pageUnder(event))}
      onClick={(event) => {
        const under = pageUnder(event);
        if (under !== undefined) onOpen(under);
      }}
      onKeyDown={move}
    />
  );
}

/** Paints each page: one pixel for a page if cells are small, else the cells with the ends of spans. */
function paintPages({ map: { spans }, firstPage }: MapModel, { classes }: HeapMapField, coloring: Coloring, theme: Theme, { columns, rows, cell }: Grid): HTMLCanvasElement {
  const scale = cell >= SHOWS_ENDS ? cell : 1;
  const canvas = document.createElement('canvas');
  canvas.width = columns * scale;
  canvas.height = rows * scale;
  const ctx = canvas.getContext('2d')!;
  const image = ctx.createImageData(canvas.width, canvas.height);
  const pixels = new Uint32Array(image.data.buffer);
  const pixelOf = painter(coloring, theme, spans, classes);
  for (let row = 0; row < firstPage.length; row++) {
    const first = firstPage[row];
    const end = first + spans.pages[row];
    const pixel = pixelOf(row);
    // A page is a pixel, and both are in the order of addresses.
    if (scale === 1) pixels.fill(pixel, first, end);
    else for (let page = first; page < end; page++) paintCell(pixels, columns, scale, page, page + 1 === end, pixel);
  }
  ctx.putImageData(image, 0, 0);
  return canvas;
}

/** Paints the cell of a page. Its last row, and at the end of a span its last column, show the paper. */
function paintCell(pixels: Uint32Array, columns: number, scale: number, page: number, isLast: boolean, pixel: number): void {
  const left = (page % columns) * scale;
  const top = Math.floor(page / columns) * scale;
  for (let y = top; y < top + scale - 1; y++) {
    const at = y * columns * scale + left;
    pixels.fill(pixel, at, at + (isLast ? scale - 1 : scale));
  }
}

/** Draws a line around the pages of a span, row by row of the grid. */
function outline(ctx: CanvasRenderingContext2D, { columns, cell }: Grid, { map, firstPage }: MapModel, row: number, color: string, width: number): void {
  const first = firstPage[row];
  const last = first + map.spans.pages[row] - 1;
  ctx.strokeStyle = color;
  ctx.lineWidth = width;
  const top = Math.floor(first / columns);
  const bottom = Math.floor(last / columns);
  const [left, right] = [(first % columns) * cell, ((last % columns) + 1) * cell];
  const edge = columns * cell;
  ctx.beginPath();
  if (top === bottom) ctx.rect(left, top * cell, right - left, cell);
  else {
    // The first row begins within the grid, and the last one ends there.
    ctx.moveTo(left, top * cell);
    ctx.lineTo(edge, top * cell);
    ctx.lineTo(edge, bottom * cell);
    ctx.lineTo(right, bottom * cell);
    ctx.lineTo(right, (bottom + 1) * cell);
    ctx.lineTo(0, (bottom + 1) * cell);
    ctx.lineTo(0, (top + 1) * cell);
    ctx.lineTo(left, (top + 1) * cell);
    ctx.closePath();
  }
  ctx.stroke();
}
